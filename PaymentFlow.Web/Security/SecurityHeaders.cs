namespace PaymentFlow.Web.Security;

/// <summary>Limits our pages to our own files, to the checkout's logo, and to Stripe's files if Stripe takes the card.</summary>
static class SecurityHeaders
{
    /// <param name="app">The app.</param>
    /// <param name="stripe">Whether Stripe takes the card.</param>
    /// <param name="logoOrigin">Where the checkout's logo is; null for none or our own.</param>
    public static void UseSecurityHeaders(this WebApplication app, bool stripe, string? logoOrigin)
    {
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy(context.Request, stripe, logoOrigin);
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
            headers["Permissions-Policy"] = stripe
                ? "camera=(), geolocation=(), microphone=(), payment=(self \"https://js.stripe.com\")"
                : "camera=(), geolocation=(), microphone=(), payment=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return next();
        });
    }

    /// <remarks>Stripe's requirements: https://docs.stripe.com/security/guide#content-security-policy</remarks>
    static string Policy(HttpRequest request, bool stripe, string? logoOrigin) => string.Join("; ",
        "default-src 'none'",
        $"script-src 'self'{(stripe ? " https://js.stripe.com https://*.js.stripe.com" : "")}",
        "style-src 'self'",
        $"img-src 'self'{(logoOrigin is null ? "" : $" {logoOrigin}")}{(stripe ? " https://*.stripe.com" : "")}",
        // In Safari, 'self' does not include WebSockets.
        $"connect-src 'self' {(request.IsHttps ? "wss" : "ws")}://{request.Host}{(stripe ? " https://api.stripe.com" : "")}",
        $"frame-src {(stripe ? "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com" : "'none'")}",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'");
}
