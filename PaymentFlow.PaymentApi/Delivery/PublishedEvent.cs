using PaymentFlow.Messaging.Outbox;

namespace PaymentFlow.PaymentApi.Delivery;

/// <summary>A published event of which it is not known that OrderService applied it.</summary>
/// <param name="PaymentVersion">The version that it tells of. Not every version of a payment has an event.</param>
/// <param name="Checks">How often it was asked about in vain.</param>
public sealed record PublishedEvent(OutboxEntry Entry, Guid OrderId, long PaymentVersion, int Checks);

/// <summary>How far OrderService says that an order has come.</summary>
/// <param name="DeadLetteredPaymentVersions">The versions that wait in its dead letters, if there are any.</param>
public sealed record OrderVersions(long Version, long PaymentVersion, IReadOnlyList<long>? DeadLetteredPaymentVersions = null);
