namespace PaymentFlow.Contracts.Events;

/// <summary>An order's statuses, as used in the API, the table, the events and the WebSocket messages.</summary>
public static class OrderStatuses
{
    public const string AwaitingPayment = "awaiting_payment";
    public const string PaymentFailed = "payment_failed";
    public const string Paid = "paid";
    public const string PartiallyRefunded = "partially_refunded";
    public const string Refunded = "refunded";
    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } = [AwaitingPayment, PaymentFailed, Paid, PartiallyRefunded, Refunded, Canceled];
}
