namespace PaymentFlow.Messaging.Events;

/// <summary>An order's statuses, as they stand in the API, in the table, in the events and on the WebSocket.</summary>
public static class OrderStatuses
{
    public const string AwaitingPayment = "awaiting_payment";
    public const string PaymentFailed = "payment_failed";
    public const string Paid = "paid";
    public const string PartiallyRefunded = "partially_refunded";
    public const string Refunded = "refunded";
    public const string Canceled = "canceled";
}
