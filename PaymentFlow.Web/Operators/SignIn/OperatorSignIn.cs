using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// Sign-in to the console with the operator key or by OpenID Connect (<see cref="OperatorOidc"/>). The form is rate-limited per address.
/// The session cookie is not readable by scripts, is not sent from other sites' pages, and lasts one working day.
/// </summary>
static class OperatorSignIn
{
    public const string Page = "/operator/sign-in";
    public const string RateLimit = "sign-in";
    const string KeySetting = "Operator:Key";
    const string Wrong = "wrong_key";
    const int MaxNameLength = 100;
    static readonly TimeSpan WorkingDay = TimeSpan.FromHours(10);

    public static void AddOperatorSignIn(this IHostApplicationBuilder builder)
    {
        var authentication = builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "paymentflow.operator";
            options.Cookie.Path = "/operator";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = WorkingDay;
            // No sliding expiration: revoked access ends within one working day.
            options.SlidingExpiration = false;
            options.LoginPath = Page;
            options.AccessDeniedPath = Page;
        });
        builder.AddOperatorOidc(authentication);
        builder.Services.AddAuthorization();
        builder.AddRateLimit(RateLimit, permits: 10, window: TimeSpan.FromMinutes(1));
    }

    public static void MapOperatorSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPost(Page, SignInAsync).RequireRateLimiting(RateLimit);
        app.MapPost("/operator/sign-out", SignOutAsync);
        app.MapOperatorOidc();
    }

    /// <summary>The URL of the sign-in page with the reason why signing in failed.</summary>
    public static string Refusal(string code) => $"{Page}?problem={Uri.EscapeDataString(code)}";

    /// <summary>The requested page if it is on this site, else the first page of the console.</summary>
    public static string LocalOf(string? returnUrl) => returnUrl is ['/', not ('/' or '\\'), ..] ? returnUrl : "/operator";

    /// <summary>The principal of an operator with this name, which the cookie stores.</summary>
    public static ClaimsPrincipal Operator(string? name)
    {
        var said = new string([.. (name ?? "").Where(letter => !char.IsControl(letter)).Take(MaxNameLength)]).Trim();
        return new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.Name, said.Length > 0 ? said : "operator"), new(ClaimTypes.Role, Roles.Operator)],
            CookieAuthenticationDefaults.AuthenticationScheme));
    }

    static async Task<RedirectHttpResult> SignInAsync(
        [FromForm] string key, [FromForm] string? name, HttpContext context, IConfiguration configuration,
        [FromQuery] string? returnUrl = null)
    {
        if (!SecretKey.Matches(key, configuration[KeySetting])) return TypedResults.LocalRedirect(Refusal(Wrong));
        await context.SignInAsync(Operator(name));
        return TypedResults.LocalRedirect(LocalOf(returnUrl));
    }

    // The form parameter makes the framework check the antiforgery token.
    static async Task<RedirectHttpResult> SignOutAsync(IFormCollection _, HttpContext context)
    {
        await context.SignOutAsync();
        return TypedResults.LocalRedirect(Page);
    }
}
