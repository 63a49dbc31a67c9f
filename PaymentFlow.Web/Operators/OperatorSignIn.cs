using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// The way into the console: the operator key, into a form that is limited by address, for a cookie that scripts can't read, that other
/// sites' pages don't send, and that lasts a working day.
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
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "paymentflow.operator";
            options.Cookie.Path = "/operator";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = WorkingDay;
            options.LoginPath = Page;
            options.AccessDeniedPath = Page;
        });
        builder.Services.AddAuthorization();
        builder.AddRateLimit(RateLimit, permits: 10, window: TimeSpan.FromMinutes(1));
    }

    public static void MapOperatorSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPost(Page, SignInAsync).RequireRateLimiting(RateLimit);
        app.MapPost("/operator/sign-out", SignOutAsync);
    }

    /// <summary>Back to the form, for a reason that it has words for.</summary>
    public static string Refusal(string code) => $"{Page}?problem={Uri.EscapeDataString(code)}";

    static async Task<RedirectHttpResult> SignInAsync(
        [FromForm] string key, [FromForm] string? name, HttpContext context, IConfiguration configuration, [FromQuery] string? returnUrl = null)
    {
        if (!Matches(key, configuration[KeySetting])) return TypedResults.LocalRedirect(Refusal(Wrong));
        var given = new string([.. (name ?? "").Where(letter => !char.IsControl(letter)).Take(MaxNameLength)]).Trim();
        ClaimsIdentity identity = new(
            [new(ClaimTypes.Name, given.Length > 0 ? given : "operator"), new(ClaimTypes.Role, Roles.Operator)],
            CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(identity));
        return TypedResults.LocalRedirect(returnUrl is ['/', not ('/' or '\\'), ..] ? returnUrl : "/operator");
    }

    // Read as a form, it has the antiforgery token checked.
    static async Task<RedirectHttpResult> SignOutAsync(IFormCollection _, HttpContext context)
    {
        await context.SignOutAsync();
        return TypedResults.LocalRedirect(Page);
    }

    /// <summary>By digests, so that comparing takes the same time whatever the length or content.</summary>
    static bool Matches(string given, string? key) => !string.IsNullOrWhiteSpace(key)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
