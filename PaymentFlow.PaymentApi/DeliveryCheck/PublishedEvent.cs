using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>A published event that OrderService is not known to have applied.</summary>
/// <param name="PaymentVersion">The version of the payment that the event describes. Not every version has an event.</param>
/// <param name="Checks">The number of checks that found the event not applied.</param>
public sealed record PublishedEvent(OutboxEntry Entry, Guid OrderId, long PaymentVersion, int Checks)
{
    /// <summary>An outbox row whose data is no payment event. Only a fault of ours, or a hand in the table, makes one.</summary>
    public static PublishedEvent Unreadable(OutboxEntry entry, int checks) => new(entry, Guid.Empty, 0, checks);

    public bool IsReadable => PaymentVersion > 0;
}
