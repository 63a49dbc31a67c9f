using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>The present state of a payment.</summary>
public sealed record PaymentState(Guid Id, long Version, string Status);

/// <summary>
/// An order that states more than its payment does. A payment is committed before its event exists, so this never happens by a delay:
/// somebody forged an event, or a database was changed or restored.
/// </summary>
/// <param name="Versions">What the order states.</param>
public sealed record OrderAhead(Guid OrderId, OrderVersions Versions)
{
    static readonly string[] ChargedOrder = [OrderStatuses.Paid, OrderStatuses.PartiallyRefunded, OrderStatuses.Refunded];
    static readonly string[] ChargedPayment = [PaymentStatuses.Succeeded, PaymentStatuses.PartiallyRefunded, PaymentStatuses.Refunded];

    /// <summary>The orders that are ahead.</summary>
    /// <param name="orders">What the orders state, read before <paramref name="payments"/>.</param>
    /// <param name="payments">The payments of these orders, by order.</param>
    public static IReadOnlyList<OrderAhead> Of(
        IReadOnlyDictionary<Guid, OrderVersions> orders, IReadOnlyDictionary<Guid, PaymentState> payments) =>
        [.. orders.Where(order => IsAhead(order.Value, payments.GetValueOrDefault(order.Key)))
            .Select(order => new OrderAhead(order.Key, order.Value))];

    static bool IsAhead(OrderVersions order, PaymentState? payment) =>
        order.PaymentVersion > 0
        && (payment is null
            || order.PaymentVersion > payment.Version
            || (order.PaymentId is { } id && id != payment.Id)
            || (ChargedOrder.Contains(order.Status) && !ChargedPayment.Contains(payment.Status)));
}
