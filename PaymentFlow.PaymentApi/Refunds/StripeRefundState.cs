using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>Stripe's state of one refund.</summary>
/// <param name="RefundId">Our own id of the refund, or null for a refund made in Stripe's dashboard.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Status">One of <see cref="RefundStatuses"/>.</param>
public sealed record StripeRefundState(Guid? RefundId, string StripeId, long Amount, string Status, string? Code)
{
    public static StripeRefundState From(global::Stripe.Refund refund) =>
        new(Guid.TryParse(refund.Metadata?.GetValueOrDefault(MetadataKeys.RefundId), out var id) ? id : null,
            refund.Id, refund.Amount, RefundStatuses.FromStripe(refund.Status), refund.FailureReason);

    /// <summary>The refund's row with this state. The amount stays.</summary>
    public Refund Update(Refund refund) => refund with { Status = Status, Code = Code, StripeRefundId = StripeId };
}
