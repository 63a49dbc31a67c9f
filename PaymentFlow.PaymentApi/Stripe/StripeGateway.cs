using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>The calls that PaymentApi makes to Stripe, with the idempotency keys that make each of them one fact.</summary>
public sealed class StripeGateway(StripeClient stripe)
{
    // Stripe's own maximum.
    const long PageSize = 100;

    /// <summary>
    /// Creates the payment's PaymentIntent, unconfirmed: no money can move. Two callers at once get the same one. The key ends
    /// with the version because Stripe repeats an answer for a key, its own 500s included, for a day: an attempt that failed
    /// so raises the version, and the next one is a new request. Of several PaymentIntents the first that is stored is the
    /// order's, and no other is ever confirmed.
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
            new RequestOptions { IdempotencyKey = $"create-{payment.Id}-{payment.Version}-{(allowRedirects ? "redirects" : "no-redirects")}" },
            cancellationToken);

    /// <summary>Asks for the money: the one call that may charge.</summary>
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
    /// Stripe decides: it is canceled, or else its state is <c>payment_intent_unexpected_state</c> with the PaymentIntent in
    /// the error.
    /// </summary>
    public Task<PaymentIntent> CancelAsync(string intentId, string reason, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.CancelAsync(
            intentId, new PaymentIntentCancelOptions { CancellationReason = reason }, cancellationToken: cancellationToken);

    /// <summary>Gives money back: the one call that may refund.</summary>
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

    /// <summary>What happened at Stripe since then, newest first. It reaches back 30 days.</summary>
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

/// <summary>What marks a PaymentIntent as ours, and leads from Stripe's dashboard to the order.</summary>
static class MetadataKeys
{
    public const string PaymentId = "payment_id";
    public const string OrderId = "order_id";
    public const string Reference = "reference";
    public const string RefundId = "refund_id";
}
