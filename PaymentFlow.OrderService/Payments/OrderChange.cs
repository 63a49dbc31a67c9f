using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.OrderService.Payments;

/// <summary>An order's new state after a payment event. The reference is missing: the statement takes it from the order's row.</summary>
/// <param name="EventType">The type of the event to write; null for none.</param>
sealed record OrderChange(OrderEvent Order, string? EventType, string? TraceParent)
{
    /// <summary>Keeps the newest event per order, because each event contains the full state.</summary>
    /// <exception cref="EventRejectedException">
    /// Events of two payments name the same order. The payment of the first event owns the order, so that event must not be dropped
    /// in favor of one of the other payment.
    /// </exception>
    public static IReadOnlyList<ReceivedEvent<PaymentEvent>> NewestOf(IReadOnlyList<ReceivedEvent<PaymentEvent>> events) =>
        [.. events.GroupBy(received => received.Data.OrderId).Select(order =>
        {
            if (order.Any(received => received.Data.PaymentId != order.First().Data.PaymentId))
                throw new EventRejectedException($"Order {order.Key} has events of more than one payment.");
            return order.MaxBy(received => received.Data.PaymentVersion)!;
        })];

    /// <exception cref="EventRejectedException">The event is invalid for any order.</exception>
    public static OrderChange From(ReceivedEvent<PaymentEvent> received, string? traceParent)
    {
        var payment = received.Data;
        if (payment.PaymentVersion < 1) throw new EventRejectedException($"paymentVersion is {payment.PaymentVersion}; the first is 1.");
        if (payment.AmountRefunded < 0 || payment.AmountRefunded > payment.Amount)
            throw new EventRejectedException($"amountRefunded is {payment.AmountRefunded} of {payment.Amount}.");
        var (status, eventType) = OrderState.Of(payment.Status);
        OrderEvent order = new(payment.OrderId, null, payment.PaymentVersion + 1, status, payment.PaymentId, payment.PaymentVersion,
            payment.Amount, payment.AmountRefunded, payment.Currency, received.Envelope.Time);
        return new OrderChange(order, eventType, traceParent);
    }
}
