using Microsoft.AspNetCore.Server.Kestrel.Core;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Checkout;
using PaymentFlow.Web.Operators;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Security;

static class WebSecurity
{
    // Our forms are a few fields long.
    const int MaxRequestBodyBytes = 64 * 1024;

    /// <summary>Antiforgery, limits a client address, small bodies.</summary>
    public static void AddWebSecurity(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
        });
        // In every environment alike: a bad form is the sender's affair and gets a page that says so.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "paymentflow.antiforgery";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            // Strict would lose it on the way back from the bank, and with it the forms of every other tab.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.SuppressXFrameOptionsHeader = true;
        });
        builder.AddRateLimit(CheckoutEndpoint.RateLimit, permits: 20, window: TimeSpan.FromMinutes(1));
        builder.Services.AddRateLimiter(options => options.OnRejected = (rejected, _) =>
        {
            // Only forms are limited, and whoever filled one in gets a page that says so.
            rejected.HttpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            rejected.HttpContext.Response.Headers.Location = rejected.HttpContext.Request.Path.StartsWithSegments(OperatorSignIn.Page)
                ? OperatorSignIn.Refusal(Problem.RateLimited) : CheckoutEndpoint.Refusal(Problem.RateLimited);
            return ValueTask.CompletedTask;
        });
    }

    public static void UseWebSecurity(this WebApplication app)
    {
        app.UseForwardedHeaders();
        if (!app.Environment.IsDevelopment()) app.UseHsts();
        app.UseSecurityHeaders();
    }
}
