namespace PaymentFlow.Contracts.Events;

/// <summary>A payment's statuses, as used in the API, the table and the events.</summary>
public static class PaymentStatuses
{
    public const string Processing = "processing";
    public const string RequiresAction = "requires_action";
    public const string Failed = "failed";
    public const string Succeeded = "succeeded";
    public const string PartiallyRefunded = "partially_refunded";
    public const string Refunded = "refunded";
    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } =
        [Processing, RequiresAction, Failed, Succeeded, PartiallyRefunded, Refunded, Canceled];
}
