using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace PaymentFlow.AppHost.Embedded.Dashboard;

/// <summary>
/// The way in: a token that is made up at every start and printed on the host's console, as Aspire's dashboard has it, for a cookie
/// that is worth nothing after the run.
/// </summary>
sealed class DashboardSignIn
{
    public const string Page = "/sign-in";

    readonly string _token = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The address that signs its reader in.</summary>
    public Uri LinkTo(Uri dashboard) => new(dashboard, $"/enter?token={_token}");

    public static void AddTo(IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "paymentflow.dashboard";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.LoginPath = Page;
        });
        services.AddAuthorization();
        services.AddSingleton<DashboardSignIn>();
    }

    public static void MapTo(IEndpointRouteBuilder app)
    {
        app.MapGet("/enter", (string? token, HttpContext context, DashboardSignIn signIn) => signIn.EnterAsync(token, context)).AllowAnonymous();
        app.MapPost("/enter", ([FromForm] string? token, HttpContext context, DashboardSignIn signIn) => signIn.EnterAsync(token, context)).AllowAnonymous();
    }

    async Task<RedirectHttpResult> EnterAsync(string? token, HttpContext context)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token?.Trim() ?? ""), Encoding.UTF8.GetBytes(_token)))
            return TypedResults.LocalRedirect($"{Page}?wrong=true");
        await context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.Name, "developer")], CookieAuthenticationDefaults.AuthenticationScheme)));
        // The page's own address has no token.
        return TypedResults.LocalRedirect("/");
    }
}
