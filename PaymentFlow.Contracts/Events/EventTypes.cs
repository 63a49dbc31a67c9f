namespace PaymentFlow.Contracts.Events;

/// <summary>The values of <c>ce_type</c>.</summary>
public static class EventTypes
{
    public const string PaymentSucceeded = "payment.succeeded";
    public const string PaymentFailed = "payment.failed";
    public const string PaymentCanceled = "payment.canceled";
    public const string PaymentRefunded = "payment.refunded";
    public const string PaymentDisputed = "payment.disputed";

    public const string OrderCreated = "order.created";
    public const string OrderPaid = "order.paid";
    public const string OrderPaymentFailed = "order.payment_failed";
    public const string OrderRefunded = "order.refunded";
    public const string OrderCanceled = "order.canceled";
}
