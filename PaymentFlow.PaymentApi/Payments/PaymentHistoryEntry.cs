namespace PaymentFlow.PaymentApi.Payments;

/// <summary>One version of a payment: what it became, how much of it was refunded then (minor units), when (UTC), and by which attempt.</summary>
public sealed record PaymentHistoryEntry
{
    public required long Version { get; init; }
    public required string Status { get; init; }
    public long AmountRefunded { get; init; }
    public required DateTime At { get; init; }
    public int? Attempt { get; init; }
    public string? PaymentMethod { get; init; }
    public string? Code { get; init; }
    public string? DeclineCode { get; init; }
}
