using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Operators.Oidc;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// The way into the console: the operator key, into a form that is limited by address, or OpenID Connect (<see cref="OperatorOidc"/>),
/// for a cookie that scripts can't read, that other sites' pages don't send, and that lasts a working day.
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
            // Who is no operator any more is so by tomorrow, however busy they are.
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

    /// <summary>Back to the form, for a reason that it has words for.</summary>
    public static string Refusal(string code) => $"{Page}?problem={Uri.EscapeDataString(code)}";

    /// <summary>Where somebody wanted to go, if that is a page of ours; else the console's first.</summary>
    public static string LocalOf(string? returnUrl) => returnUrl is ['/', not ('/' or '\\'), ..] ? returnUrl : "/operator";

    /// <summary>An operator by that name, as the cookie keeps it.</summary>
    public static ClaimsPrincipal Operator(string? name)
    {
        var said = new string([.. (name ?? "").Where(letter => !char.IsControl(letter)).Take(MaxNameLength)]).Trim();
        return new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.Name, said.Length > 0 ? said : "operator"), new(ClaimTypes.Role, Roles.Operator)],
            CookieAuthenticationDefaults.AuthenticationScheme));
    }

    static async Task<RedirectHttpResult> SignInAsync(
        [FromForm] string key, [FromForm] string? name, HttpContext context, IConfiguration configuration, [FromQuery] string? returnUrl = null)
    {
        if (!SecretKey.Matches(key, configuration[KeySetting])) return TypedResults.LocalRedirect(Refusal(Wrong));
        await context.SignInAsync(Operator(name));
        return TypedResults.LocalRedirect(LocalOf(returnUrl));
    }

    // Read as a form, it has the antiforgery token checked.
    static async Task<RedirectHttpResult> SignOutAsync(IFormCollection _, HttpContext context)
    {
        await context.SignOutAsync();
        return TypedResults.LocalRedirect(Page);
    }
}
