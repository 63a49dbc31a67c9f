namespace PaymentFlow.PaymentApi.Disputes;

/// <summary>A row of <c>disputes</c>. The amount is in the currency's minor unit, times are UTC.</summary>
public sealed record PaymentDispute
{
    /// <summary>Stripe's id.</summary>
    public required string Id { get; init; }

    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string Reason { get; init; }

    /// <summary>Stripe's status: https://docs.stripe.com/api/disputes/object#dispute_object-status</summary>
    public required string Status { get; init; }

    /// <summary>Until when the merchant can send evidence; null if Stripe states no time, as for a dispute that is lost at once.</summary>
    public required DateTime? DueBy { get; init; }

    public required DateTime CreatedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }
}
