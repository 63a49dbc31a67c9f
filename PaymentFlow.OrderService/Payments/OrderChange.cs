using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.OrderService.Payments;

/// <summary>What a payment event makes of its order. The reference is left out: that is the order's row's to tell.</summary>
/// <param name="EventType">Of the event to write, or null for none.</param>
sealed record OrderChange(OrderEvent Order, string? EventType, string? TraceParent)
{
    /// <summary>An event carries the full state, so of several for an order only the newest matters.</summary>
    /// <exception cref="EventRejectedException">
    /// Two payments claim one order: the one that came first is the order's, so none may cover another before it is applied.
    /// </exception>
    public static IReadOnlyList<ReceivedEvent<PaymentEvent>> NewestOf(IReadOnlyList<ReceivedEvent<PaymentEvent>> events) =>
        [.. events.GroupBy(received => received.Data.OrderId).Select(order =>
        {
            if (order.Any(received => received.Data.PaymentId != order.First().Data.PaymentId))
                throw new EventRejectedException($"Order {order.Key}: more than one payment claims it.");
            return order.MaxBy(received => received.Data.PaymentVersion)!;
        })];

    /// <exception cref="EventRejectedException">The event cannot be true of any order.</exception>
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
