using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.OrderService.Payments;

/// <summary>What a payment event makes of its order. The reference is left out: that is the order's row's to tell.</summary>
/// <param name="EventType">Of the event to write, or null for none.</param>
sealed record OrderChange(OrderEvent Order, string? EventType, string? TraceParent)
{
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
