using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.OrderService.Payments;

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
