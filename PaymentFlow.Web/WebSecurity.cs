using Microsoft.AspNetCore.Server.Kestrel.Core;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Branding;
using PaymentFlow.Web.Checkout;
using PaymentFlow.Web.Operators;
using PaymentFlow.Web.Operators.SignIn;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Security;

namespace PaymentFlow.Web;

static class WebSecurity
{
    // Our forms have only a few fields.
    const int MaxRequestBodyBytes = 64 * 1024;

    /// <summary>Adds antiforgery, rate limits per client address, and a limit for request bodies.</summary>
    public static void AddWebSecurity(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
        });
        // In Development too, answer a malformed form with an error page instead of an exception.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "paymentflow.antiforgery";
            // With Strict, the browser would not send the cookie on return from the bank. A new cookie would break forms in other tabs.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.SuppressXFrameOptionsHeader = true;
        });
        // For every cookie. In Development, Web is also used over plain HTTP.
        if (!builder.Environment.IsDevelopment())
            builder.Services.Configure<CookiePolicyOptions>(options => options.Secure = CookieSecurePolicy.Always);
        builder.AddRateLimit(RateLimitNames.Checkout, permits: 20, window: TimeSpan.FromMinutes(1));
        builder.AddRateLimit(RateLimitNames.CheckoutLink, permits: 60, window: TimeSpan.FromMinutes(1));
        builder.Services.AddRateLimiter(options => options.OnRejected = (rejected, _) =>
        {
            // Only forms and links are limited, so redirect to a page that shows the reason.
            rejected.HttpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            rejected.HttpContext.Response.Headers.Location = RefusalAt(rejected.HttpContext.Request.Path);
            return ValueTask.CompletedTask;
        });
    }

    static string RefusalAt(PathString path) =>
        path.StartsWithSegments(OperatorSignIn.Page) ? OperatorSignIn.Refusal(ProblemCodes.RateLimited)
        : path.StartsWithSegments(CheckoutLink.Path) ? CheckoutLink.Refusal(ProblemCodes.RateLimited)
        : CheckoutEndpoint.Refusal(ProblemCodes.RateLimited);

    public static void UseWebSecurity(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseSecurityHeaders(
            app.Services.GetRequiredService<PaymentOptions>().UsesStripe, app.Services.GetRequiredService<CheckoutOptions>().LogoOrigin);
        app.UseCookiePolicy();
    }
}
