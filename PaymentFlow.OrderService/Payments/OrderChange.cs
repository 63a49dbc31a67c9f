using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.OrderService.Payments;

/// <summary>The change that a payment event makes to its order.</summary>
/// <param name="Status">The order's status that follows from the payment's.</param>
/// <param name="EventType">The type of the order's event; null for none.</param>
/// <param name="At">When the payment reached its state, UTC.</param>
sealed record OrderChange(PaymentEvent Payment, string Status, string? EventType, DateTimeOffset At, string? TraceParent)
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
        return new OrderChange(payment, status, eventType, received.Envelope.Time, traceParent);
    }

    /// <summary>
    /// Whether the event itself has all that the order's event needs. Only the order's row tells who asked for a cancellation.
    /// </summary>
    public bool IsComplete => Payment.Reference is not null && Status != OrderStatuses.Canceled;

    /// <summary>The order after this change.</summary>
    /// <param name="canceledBy">Who or what asked to cancel the order, if anything did. Only a canceled order has it as its reason.</param>
    public OrderEvent StateOf(string reference, string? canceledBy) => new(
        Payment.OrderId, reference, Payment.PaymentVersion + 1, Status, Payment.PaymentId, Payment.PaymentVersion, Payment.Amount,
        Payment.AmountRefunded, Payment.Currency, At, Status == OrderStatuses.Canceled ? canceledBy : null);
}

/// <summary>An order's status is a pure function of its payment's newest one.</summary>
public static class OrderState
{
    /// <summary>The statuses of a paid order, including refunded ones.</summary>
    public static readonly string[] Charged = [OrderStatuses.Paid, OrderStatuses.PartiallyRefunded, OrderStatuses.Refunded];

    /// <summary>
    /// The order's status and the type of its event. There is no event for a payment in progress; PaymentApi publishes none either.
    /// </summary>
    /// <exception cref="EventRejectedException">The payment status is unknown.</exception>
    public static (string Status, string? EventType) Of(string paymentStatus) => paymentStatus switch
    {
        PaymentStatuses.Processing or PaymentStatuses.RequiresAction => (OrderStatuses.AwaitingPayment, null),
        PaymentStatuses.Failed => (OrderStatuses.PaymentFailed, EventTypes.OrderPaymentFailed),
        PaymentStatuses.Succeeded => (OrderStatuses.Paid, EventTypes.OrderPaid),
        PaymentStatuses.PartiallyRefunded => (OrderStatuses.PartiallyRefunded, EventTypes.OrderRefunded),
        PaymentStatuses.Refunded => (OrderStatuses.Refunded, EventTypes.OrderRefunded),
        PaymentStatuses.Canceled => (OrderStatuses.Canceled, EventTypes.OrderCanceled),
        _ => throw new EventRejectedException("The payment status is unknown."),
    };
}
