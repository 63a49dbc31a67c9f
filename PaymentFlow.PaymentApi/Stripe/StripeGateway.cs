using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>PaymentApi's calls to Stripe, with idempotency keys, so that a repeated call has no second effect.</summary>
public sealed class StripeGateway(StripeClient stripe)
{
    // Stripe's maximum.
    const long PageSize = 100;

    /// <summary>
    /// Creates the payment's PaymentIntent, unconfirmed, so that no money can move. Two concurrent calls with the same arguments get the
    /// same PaymentIntent. The idempotency key contains the payment's version, because Stripe repeats its answer to a key, even a 500,
    /// for a day. A failed attempt raises the version, so the next attempt is a new request. If several PaymentIntents are created, the
    /// order keeps the first one stored, and no other is ever confirmed.
    /// </summary>
    public Task<PaymentIntent> CreateAsync(Payment payment, bool allowRedirects, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.CreateAsync(
            new PaymentIntentCreateOptions
            {
                Amount = payment.Amount,
                Currency = payment.Currency,
                AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = allowRedirects ? "always" : "never" },
                Metadata = Metadata(payment),
            },
            new RequestOptions
            {
                IdempotencyKey = $"create-{payment.Id}-{payment.Version}-{(allowRedirects ? "redirects" : "no-redirects")}",
            },
            cancellationToken);

    /// <summary>Confirms the PaymentIntent. This is the only call that may charge.</summary>
    public Task<PaymentIntent> ConfirmAsync(string intentId, PaymentAttempt attempt, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.ConfirmAsync(
            intentId,
            new PaymentIntentConfirmOptions
            {
                PaymentMethod = attempt.PaymentMethod,
                ReturnUrl = attempt.ReturnUrl,
                UseStripeSdk = attempt.ReturnUrl is null ? true : null,
            },
            new RequestOptions { IdempotencyKey = attempt.StripeIdempotencyKey },
            cancellationToken);

    public Task<PaymentIntent> GetAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.GetAsync(intentId, cancellationToken: cancellationToken);

    /// <summary>
    /// Cancels the PaymentIntent. If its state does not allow that, Stripe answers with the error
    /// <c>payment_intent_unexpected_state</c>, which contains the PaymentIntent.
    /// </summary>
    public Task<PaymentIntent> CancelAsync(string intentId, string reason, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.CancelAsync(
            intentId, new PaymentIntentCancelOptions { CancellationReason = reason }, cancellationToken: cancellationToken);

    /// <summary>Creates a refund. This is the only call that may refund.</summary>
    public Task<global::Stripe.Refund> RefundAsync(Payment payment, Refunds.Refund refund, CancellationToken cancellationToken)
    {
        var metadata = Metadata(payment);
        metadata[MetadataKeys.RefundId] = refund.Id.ToString();
        return stripe.V1.Refunds.CreateAsync(
            new RefundCreateOptions { PaymentIntent = payment.PaymentIntentId, Amount = refund.Amount, Metadata = metadata },
            new RequestOptions { IdempotencyKey = refund.StripeIdempotencyKey },
            cancellationToken);
    }

    public IAsyncEnumerable<global::Stripe.Refund> RefundsAsync(string intentId, CancellationToken cancellationToken) =>
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

    static Dictionary<string, string> Metadata(Payment payment)
    {
        var metadata = new Dictionary<string, string>
        {
            [MetadataKeys.PaymentId] = payment.Id.ToString(),
            [MetadataKeys.OrderId] = payment.OrderId.ToString(),
        };
        if (payment.Reference is { } reference) metadata[MetadataKeys.Reference] = reference;
        return metadata;
    }
}

/// <summary>The metadata that marks a PaymentIntent as ours and leads from Stripe's dashboard to the order.</summary>
static class MetadataKeys
{
    public const string PaymentId = "payment_id";
    public const string OrderId = "order_id";
    public const string Reference = "reference";
    public const string RefundId = "refund_id";
}
