using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>A published event that OrderService is not known to have applied.</summary>
/// <param name="PaymentVersion">The version of the payment that the event describes. Not every version has an event.</param>
/// <param name="Checks">The number of checks that found the event not applied.</param>
public sealed record PublishedEvent(OutboxEntry Entry, Guid OrderId, long PaymentVersion, int Checks);
