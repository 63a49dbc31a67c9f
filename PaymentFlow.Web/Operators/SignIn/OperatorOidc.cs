using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// Sign-in through the team's own provider, if <c>Operator:Oidc</c> is configured, by OpenID Connect's authorization code flow with PKCE.
/// An account is an operator if its ID token has the required claim, and a viewer if that claim has the viewers' value
/// (<c>Operator:Oidc:ViewerValue</c>, optional). The session cookie is the same as after signing in with the key.
/// </summary>
static partial class OperatorOidc
{
    public const string Denied = "/operator/denied";
    public const string Failed = "provider_failed";
    public const string Away = "provider_away";

    const string Scheme = "oidc";
    const string Section = "Operator:Oidc";
    const string Start = $"{OperatorSignIn.Page}/oidc";
    // Must be registered at the provider as a redirect URI.
    const string Callback = $"{OperatorSignIn.Page}/callback";
    const string Arrived = $"{OperatorSignIn.Page}/arrived";
    static readonly TimeSpan ProviderPatience = TimeSpan.FromSeconds(10);

    static readonly string[] Settings = ["Authority", "ClientId", "ClientSecret", "RequiredClaim", "RequiredValue"];
    const string ViewerValue = "ViewerValue";

    public static void AddOperatorOidc(this IHostApplicationBuilder builder, AuthenticationBuilder authentication)
    {
        var section = builder.Configuration.GetSection(Section);
        var missing = Settings.Where(setting => string.IsNullOrWhiteSpace(section[setting])).ToList();
        var viewers = section[ViewerValue] is { Length: > 0 } value ? value : null;
        if (missing.Count == Settings.Length && viewers is null) return;
        if (missing.Count > 0)
        {
            RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: OpenID Connect is configured in part; setting " +
                $"{string.Join(", ", missing.Select(setting => $"{Section}:{setting}"))} is missing. " +
                $"Set all of {Section}:{{{string.Join(',', Settings)}}}, or none.");
        }
        if (viewers is not null && string.IsNullOrWhiteSpace(builder.Configuration[OperatorSessions.ViewerKeySetting]))
        {
            RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: {Section}:{ViewerValue} needs "
                + $"{OperatorSessions.ViewerKeySetting}, with which Web reads for viewers. Set both, or neither.");
        }

        authentication.AddOpenIdConnect(Scheme, options =>
        {
            options.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
            options.Authority = section["Authority"];
            options.ClientId = section["ClientId"];
            options.ClientSecret = section["ClientSecret"];
            options.RequireHttpsMetadata = !builder.Environment.IsDevelopment();
            options.ResponseType = OpenIdConnectResponseType.Code;
            // Return by redirect instead of a cross-site POST, so that the correlation and nonce cookies can be SameSite=Lax.
            options.ResponseMode = OpenIdConnectResponseMode.Query;
            options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
            options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.CallbackPath = Callback;
            options.BackchannelTimeout = ProviderPatience;
            options.MapInboundClaims = false;
            options.DisableTelemetry = true;
            options.Scope.Add("email");
            options.Events.OnTokenValidated = context =>
                AdmitAsync(context, section["RequiredClaim"]!, section["RequiredValue"]!, viewers);
            options.Events.OnRemoteFailure = RefuseAsync;
        });
    }

    public static void MapOperatorOidc(this IEndpointRouteBuilder app)
    {
        if (NameOf(app.ServiceProvider.GetRequiredService<IConfiguration>()) is null) return;
        app.MapGet(Start, StartAsync).RequireRateLimiting(OperatorSignIn.RateLimit);
        app.MapGet(Arrived, Arrive);
    }

    /// <summary>
    /// The provider's name on the sign-in page: <c>Operator:Oidc:Name</c>, else its host. Null if no provider is configured.
    /// </summary>
    public static string? NameOf(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        if (section["Authority"] is not { Length: > 0 } authority) return null;
        return section["Name"] is { Length: > 0 } name ? name
            : Uri.TryCreate(authority, UriKind.Absolute, out var address) ? address.Host
            : authority;
    }

    public static string StartOf(string? returnUrl) => returnUrl is null ? Start : $"{Start}?returnUrl={Uri.EscapeDataString(returnUrl)}";

    static async Task StartAsync(HttpContext context, ILoggerFactory loggers, string? returnUrl = null)
    {
        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties
            {
                RedirectUri = $"{Arrived}?returnUrl={Uri.EscapeDataString(OperatorSignIn.LocalOf(returnUrl))}",
            });
        }
        catch (InvalidOperationException e)
        {
            // The provider's discovery document cannot be read.
            Log.ProviderAway(loggers.CreateLogger(typeof(OperatorOidc)), e);
            context.Response.Redirect(OperatorSignIn.Refusal(Away));
        }
    }

    /// <summary>
    /// The page after signing in, which forwards to the target by a meta refresh. A redirect would still belong to the navigation that the
    /// provider's site started, and the browser would not send the new SameSite=Strict cookie with it.
    /// </summary>
    static ContentHttpResult Arrive(string? returnUrl = null)
    {
        var target = HtmlEncoder.Default.Encode(OperatorSignIn.LocalOf(returnUrl));
        return TypedResults.Content(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><title>Signed in</title>
            <link rel="icon" href="/favicon.svg"><meta http-equiv="refresh" content="0; url={target}"></head>
            <body><p><a href="{target}">Continue</a></p></body></html>
            """, "text/html; charset=utf-8");
    }

    static async Task AdmitAsync(TokenValidatedContext context, string claim, string operators, string? viewers)
    {
        var role = context.Principal!.HasClaim(claim, operators) ? Roles.Operator
            : viewers is not null && context.Principal.HasClaim(claim, viewers) ? Roles.Viewer
            : null;
        var somebody = OperatorSignIn.Person(NameOf(context.Principal), role, context.HttpContext);
        await RecordOf(context.HttpContext).AddAsync(role is null ? SignInRecord.Refused : SignInRecord.SignedIn, somebody);
        if (role is not null)
        {
            context.Principal = somebody;
            return;
        }
        Log.NotAdmitted(LogOf(context.HttpContext), somebody.Identity!.Name!, claim);
        context.HandleResponse();
        context.Response.Redirect(Denied);
    }

    /// <summary>The person's name, with the account to tell persons of the same name apart.</summary>
    static string NameOf(ClaimsPrincipal somebody)
    {
        var account = (somebody.FindFirst("email") ?? somebody.FindFirst("preferred_username") ?? somebody.FindFirst("sub"))?.Value;
        return string.Join(", ", new[] { somebody.FindFirst("name")?.Value, account }.Where(part => !string.IsNullOrWhiteSpace(part)));
    }

    /// <summary>The person canceled, took too long, or the provider's response is invalid.</summary>
    static async Task RefuseAsync(RemoteFailureContext context)
    {
        Log.Refused(LogOf(context.HttpContext), context.Failure!);
        await RecordOf(context.HttpContext).AddAsync(
            SignInRecord.Refused, OperatorSignIn.Person(name: null, role: null, context.HttpContext));
        context.HandleResponse();
        context.Response.Redirect(OperatorSignIn.Refusal(Failed));
    }

    static SignInRecord RecordOf(HttpContext context) => context.RequestServices.GetRequiredService<SignInRecord>();

    static ILogger LogOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OperatorOidc));

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Name} is not an operator: the ID token does not have the required value of {Claim}")]
        public static partial void NotAdmitted(ILogger logger, string name, string claim);

        [LoggerMessage(LogLevel.Warning, "Signing in an operator through the OpenID Connect provider failed")]
        public static partial void Refused(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Error, "The OpenID Connect provider cannot be reached")]
        public static partial void ProviderAway(ILogger logger, Exception exception);
    }
}
