using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>A row of <c>payment_attempts</c>: one confirmation.</summary>
public sealed record PaymentAttempt
{
    public required Guid Id { get; init; }
    public required string PaymentMethod { get; init; }
    public string? ReturnUrl { get; init; }
    public string? IdempotencyKey { get; init; }
    public required string Status { get; init; }
    public string? Code { get; init; }
    public string? DeclineCode { get; init; }

    /// <summary>The attempt's id is stored before the call, so that a repeat after a crash is the same request to Stripe.</summary>
    public StripeConfirmation ToConfirmation(string intentId) => new(intentId, PaymentMethod, ReturnUrl, $"confirm-{Id}");
}
