using PaymentFlow.Messaging.Outbox;

namespace PaymentFlow.PaymentApi.Delivery;

/// <summary>A published event that OrderService is not known to have applied.</summary>
/// <param name="PaymentVersion">The version of the payment that the event describes. Not every version has an event.</param>
/// <param name="Checks">The number of checks that found the event not applied.</param>
public sealed record PublishedEvent(OutboxEntry Entry, Guid OrderId, long PaymentVersion, int Checks);

/// <summary>The versions of an order and its payment that OrderService has applied.</summary>
/// <param name="DeadLetteredPaymentVersions">The payment's versions in OrderService's dead letters, if there are any.</param>
public sealed record OrderVersions(long Version, long PaymentVersion, IReadOnlyList<long>? DeadLetteredPaymentVersions = null);
