namespace PaymentFlow.Web.Security;

/// <summary>The rate limits of Web's forms and links, also the names in <c>RateLimits:NAME:*</c>.</summary>
static class RateLimitNames
{
    /// <summary>New orders, and orders that other shops hand over.</summary>
    public const string Checkout = "checkout";

    /// <summary>Checkout links that are opened.</summary>
    public const string CheckoutLink = "checkout-link";
}
