using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Security;

namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// Sign-in to the console with the operators' or the viewers' key, or by OpenID Connect (<see cref="OperatorOidc"/>). The form is
/// rate-limited per address. The session cookie is not readable by scripts, is not sent from other sites' pages, and is valid as long as
/// its session (<see cref="OperatorSessions"/>).
/// </summary>
static class OperatorSignIn
{
    public const string Page = "/operator/sign-in";
    public const string RateLimit = "sign-in";
    /// <summary>The address from which the operator signed in.</summary>
    public const string AddressClaim = "ip";
    const string Wrong = "wrong_key";

    public static void AddOperatorSignIn(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration[OperatorSessions.IdleSetting] is { Length: > 0 } idle
            && OperatorSessions.IdleTimeoutOf(builder.Configuration) is null)
        {
            RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: {OperatorSessions.IdleSetting} is '{idle}'. " +
                "It must be a time of at least a second, such as 00:30:00.");
        }
        builder.Services.AddSingleton<OperatorSessions>();
        builder.Services.AddSingleton<OperatorCookieEvents>();
        SignInRecord.AddTo(builder);
        var authentication = builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "paymentflow.operator";
            options.Cookie.Path = "/operator";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.EventsType = typeof(OperatorCookieEvents);
            options.ExpireTimeSpan = OperatorSessions.WorkingDay;
            // No sliding expiration: revoked access ends within one working day.
            options.SlidingExpiration = false;
            options.LoginPath = Page;
        });
        builder.AddOperatorOidc(authentication);
        // For the forms that act. A page needs no more than a signed-in person.
        builder.Services.AddAuthorizationBuilder().AddPolicy(Roles.Operator, policy => policy.RequireRole(Roles.Operator));
        builder.AddRateLimit(RateLimit, permits: 10, window: TimeSpan.FromMinutes(1));
    }

    public static void MapOperatorSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPost(Page, SignInAsync).RequireRateLimiting(RateLimit);
        // An operator whose session has ended is sent to the sign-in page, too.
        app.MapPost("/operator/sign-out", SignOutAsync).RequireAuthorization();
        app.MapOperatorOidc();
    }

    /// <summary>The URL of the sign-in page with the reason why signing in failed.</summary>
    public static string Refusal(string code) => $"{Page}?problem={Uri.EscapeDataString(code)}";

    /// <summary>The requested page if it is on this site, else the first page of the console.</summary>
    public static string LocalOf(string? returnUrl) => LocalUrl.Of(returnUrl, otherwise: "/operator");

    /// <summary>The principal of a person with this name at the request's address, which the cookie stores.</summary>
    /// <param name="role"><see cref="Roles.Operator"/> or <see cref="Roles.Viewer"/>; null for somebody who is refused.</param>
    public static ClaimsPrincipal Person(string? name, string? role, HttpContext context)
    {
        List<Claim> claims = [new(ClaimTypes.Name, OperatorIdentity.NameOf(name))];
        if (role is not null) claims.Add(new(ClaimTypes.Role, role));
        if (context.Connection.RemoteIpAddress is { } address) claims.Add(new(AddressClaim, address.ToString()));
        return new(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme));
    }

    static async Task<RedirectHttpResult> SignInAsync(
        [FromForm] string key, [FromForm] string? name, HttpContext context, IConfiguration configuration, SignInRecord record,
        [FromQuery] string? returnUrl = null)
    {
        var role = SecretKey.Matches(key, configuration[OperatorSessions.KeySetting]) ? Roles.Operator
            : SecretKey.Matches(key, configuration[OperatorSessions.ViewerKeySetting]) ? Roles.Viewer
            : null;
        var somebody = Person(name, role, context);
        if (role is null)
        {
            await record.AddAsync(SignInRecord.Refused, somebody);
            return TypedResults.LocalRedirect(Refusal(Wrong));
        }
        await record.AddAsync(SignInRecord.SignedIn, somebody);
        await context.SignInAsync(somebody);
        return TypedResults.LocalRedirect(LocalOf(returnUrl));
    }

    // The form parameter makes the framework check the antiforgery token.
    static async Task<RedirectHttpResult> SignOutAsync(
        IFormCollection _, HttpContext context, OperatorSessions sessions, SignInRecord record)
    {
        sessions.End(context.SessionId());
        await context.SignOutAsync();
        await record.AddAsync(SignInRecord.SignedOut, context.User);
        return TypedResults.LocalRedirect(Page);
    }
}
