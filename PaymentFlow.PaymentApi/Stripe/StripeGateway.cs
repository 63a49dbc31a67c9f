using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>
/// PaymentApi's calls to Stripe about PaymentIntents that exist. Those that move money have idempotency keys, so that a repeated call has
/// no second effect.
/// </summary>
public sealed class StripeGateway(StripeClient stripe)
{
    // Stripe's maximum.
    const long PageSize = 100;

    /// <summary>
    /// The charge tells the card's brand and last digits. A restricted key that may refund may read charges: both are one permission.
    /// </summary>
    static List<string> WithCharge => ["latest_charge"];

    /// <summary>Confirms the PaymentIntent. This is the only call that may charge.</summary>
    /// <param name="tooLate">See <see cref="StripeCallTracker.RunAsync"/>.</param>
    /// <exception cref="StripeCallException">It is not confirmed, or that is not known.</exception>
    public Task<PaymentIntent> ConfirmAsync(StripeConfirmation request, Func<bool> tooLate, CancellationToken cancellationToken) =>
        StripeCallTracker.RunAsync(() => stripe.V1.PaymentIntents.ConfirmAsync(
            request.IntentId,
            new PaymentIntentConfirmOptions
            {
                PaymentMethod = request.PaymentMethod,
                ReturnUrl = request.ReturnUrl,
                UseStripeSdk = request.ReturnUrl is null ? true : null,
                Expand = WithCharge,
            },
            new RequestOptions { IdempotencyKey = request.IdempotencyKey },
            cancellationToken), tooLate);

    public Task<PaymentIntent> GetAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.GetAsync(
            intentId, new PaymentIntentGetOptions { Expand = WithCharge }, cancellationToken: cancellationToken);

    /// <summary>
    /// Cancels the PaymentIntent. If its state does not allow that, Stripe answers with the error
    /// <c>payment_intent_unexpected_state</c>, which contains the PaymentIntent.
    /// </summary>
    public Task<PaymentIntent> CancelAsync(string intentId, string reason, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.CancelAsync(
            intentId, new PaymentIntentCancelOptions { CancellationReason = reason }, cancellationToken: cancellationToken);

    /// <summary>Creates a refund. This is the only call that may refund.</summary>
    /// <param name="tooLate">See <see cref="StripeCallTracker.RunAsync"/>.</param>
    /// <exception cref="StripeCallException">There is no refund, or that is not known.</exception>
    public Task<Refund> RefundAsync(StripeRefundRequest request, Func<bool> tooLate, CancellationToken cancellationToken)
    {
        var metadata = request.Payment.ToMetadata();
        metadata[MetadataKeys.RefundId] = request.RefundId.ToString();
        return StripeCallTracker.RunAsync(() => stripe.V1.Refunds.CreateAsync(
            new RefundCreateOptions
            {
                PaymentIntent = request.IntentId,
                Amount = request.Amount,
                Reason = request.Reason,
                Metadata = metadata,
            },
            new RequestOptions { IdempotencyKey = request.IdempotencyKey },
            cancellationToken), tooLate);
    }

    public IAsyncEnumerable<Refund> RefundsAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.Refunds.ListAutoPagingAsync(
            new RefundListOptions { PaymentIntent = intentId, Limit = PageSize }, cancellationToken: cancellationToken);

    public IAsyncEnumerable<Dispute> DisputesAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.Disputes.ListAutoPagingAsync(
            new DisputeListOptions { PaymentIntent = intentId, Limit = PageSize }, cancellationToken: cancellationToken);

    /// <summary>Stripe's events since the given time, newest first. Stripe lists the last 30 days.</summary>
    public IAsyncEnumerable<Event> EventsAsync(DateTime since, IEnumerable<string> types, CancellationToken cancellationToken) =>
        stripe.V1.Events.ListAutoPagingAsync(
            new EventListOptions { Created = new DateRangeOptions { GreaterThanOrEqual = since }, Types = [.. types], Limit = PageSize },
            cancellationToken: cancellationToken);
}
