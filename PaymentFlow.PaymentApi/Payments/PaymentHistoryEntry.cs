namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// One version of a payment: its status, the amount refunded by then (minor units), the time (UTC) and the attempt that led to it.
/// </summary>
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
