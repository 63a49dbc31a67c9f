using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.OrderService.Payments;

/// <summary>An order's status is a pure function of its payment's newest one.</summary>
public static class OrderState
{
    /// <summary>The statuses of an order whose payment was made, whatever was given back since.</summary>
    public static readonly string[] Charged = [OrderStatuses.Paid, OrderStatuses.PartiallyRefunded, OrderStatuses.Refunded];

    /// <summary>
    /// The order's status, and the event that tells of it: none for a payment under way, of which PaymentApi tells nobody either.
    /// </summary>
    /// <exception cref="EventRejectedException">There is no such payment status.</exception>
    public static (string Status, string? EventType) Of(string paymentStatus) => paymentStatus switch
    {
        PaymentStatuses.Processing or PaymentStatuses.RequiresAction => (OrderStatuses.AwaitingPayment, null),
        PaymentStatuses.Failed => (OrderStatuses.PaymentFailed, EventTypes.OrderPaymentFailed),
        PaymentStatuses.Succeeded => (OrderStatuses.Paid, EventTypes.OrderPaid),
        PaymentStatuses.PartiallyRefunded => (OrderStatuses.PartiallyRefunded, EventTypes.OrderRefunded),
        PaymentStatuses.Refunded => (OrderStatuses.Refunded, EventTypes.OrderRefunded),
        PaymentStatuses.Canceled => (OrderStatuses.Canceled, EventTypes.OrderCanceled),
        _ => throw new EventRejectedException("The status is none that a payment has."),
    };
}
