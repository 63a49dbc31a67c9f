using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>The calls that PaymentApi makes to Stripe, with the idempotency keys that make each of them one fact.</summary>
public sealed class StripeGateway(StripeClient stripe)
{
    /// <summary>
    /// Creates the payment's PaymentIntent, unconfirmed: no money can move. The key is derived from the payment's id, so
    /// two callers at once, or a repeat after a crash, get the same one.
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
            new RequestOptions { IdempotencyKey = $"create-{payment.Id}-{(allowRedirects ? "redirects" : "no-redirects")}" },
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
}
