namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>Stripe's own pages about its objects.</summary>
public static class StripeDashboard
{
    /// <summary>
    /// The page of a PaymentIntent, in live or in test mode by the kind of the key. Null with the sandbox, which has no such page.
    /// </summary>
    public static string? UrlOf(string? paymentIntent, StripeOptions options) => paymentIntent is null || options.ApiBase is not null
        ? null
        : $"https://dashboard.stripe.com/{(options.IsLiveKey ? "" : "test/")}payments/{Uri.EscapeDataString(paymentIntent)}";
}
