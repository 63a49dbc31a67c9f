using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Authentication;

/// <summary>
/// The roles that keys prove. Each role is also the name of an authorization policy:
/// <c>group.RequireAuthorization(Roles.Operator)</c>, or <c>user.IsInRole(Roles.Service)</c> in a handler.
/// </summary>
public static class ApiKeyAuthentication
{
    internal const string Scheme = "ApiKey";

    /// <summary>
    /// Registers the scheme and one policy per role. A wrong key gives no role; it is logged, counted and limited
    /// (<see cref="WrongKeys"/>). No request gets a role whose key is not configured. Refusals are <c>401</c> problems with the code
    /// <c>unauthorized</c>; a viewer who tries what an operator may do gets <c>403</c> <c>viewer_cannot_act</c>.
    /// </summary>
    internal static void AddApiKeys(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ApiKeys>();
        // AddAuthentication would also add data protection, which keys do not need and which writes files at startup.
        builder.Services.AddAuthenticationCore(options => options.DefaultScheme = Scheme);
        builder.Services.AddWebEncoders();
        new AuthenticationBuilder(builder.Services).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Scheme, null);
        var authorization = builder.Services.AddAuthorizationBuilder();
        foreach (var (role, _, _) in ApiKeys.Settings)
            authorization.AddPolicy(role, policy => policy.RequireRole(role));
        builder.Services.AddSingleton<WrongKeys>();
        builder.Services.AddOptions<RateLimiterOptions>().PostConfigure<WrongKeys>((options, wrongKeys) => options.GlobalLimiter =
            options.GlobalLimiter is { } others ? PartitionedRateLimiter.CreateChained(wrongKeys, others) : wrongKeys);
    }
}

/// <summary>The configured keys, kept as digests (see <see cref="SecretKey"/>).</summary>
sealed class ApiKeys(IConfiguration configuration)
{
    /// <summary>The header and the setting of each role's key. Two roles share a header.</summary>
    internal static readonly (string Role, string Header, string Setting)[] Settings =
    [
        (Roles.Operator, RequestHeaders.OperatorKey, "Operator:Key"),
        (Roles.Viewer, RequestHeaders.OperatorKey, "Operator:ViewerKey"),
        (Roles.Merchant, RequestHeaders.ApiKey, "Merchant:ApiKey"),
        (Roles.Service, RequestHeaders.ServiceKey, "Services:Key"),
    ];

    readonly ILookup<string, (string Role, byte[] Digest)> _keys = (
        from entry in Settings
        let key = configuration[entry.Setting]
        where !string.IsNullOrWhiteSpace(key)
        select (entry.Header, Key: (entry.Role, SecretKey.Digest(key)))).ToLookup(entry => entry.Header, entry => entry.Key);

    /// <summary>What the keys in the headers prove; null if the request has none. A role without a configured key does not count.</summary>
    public GivenKeys? Check(IHeaderDictionary headers)
    {
        GivenKeys? given = null;
        foreach (var keys in _keys)
        {
            if (!headers.TryGetValue(keys.Key, out var values)) continue;
            given ??= new GivenKeys();
            var role = values is [{ } value] ? RoleOf(value, keys) : null;
            given.Headers.Add((keys.Key, role));
        }
        return given;
    }

    /// <summary>Compares with every key, so that the time does not tell which one is right.</summary>
    static string? RoleOf(string value, IEnumerable<(string Role, byte[] Digest)> keys)
    {
        string? proved = null;
        foreach (var (role, digest) in keys)
            if (SecretKey.Matches(value, digest)) proved ??= role;
        return proved;
    }
}

/// <summary>The roles that the keys of a request prove.</summary>
sealed class GivenKeys
{
    /// <summary>The headers with a key, and the role that each key proves; null if it is wrong.</summary>
    public List<(string Header, string? Role)> Headers { get; } = [];

    /// <summary>The wrong keys were counted: the rate limiter may ask a second time.</summary>
    public bool Counted { get; set; }
}

sealed class ApiKeyHandler(
    ApiKeys keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (keys.Check(Request.Headers) is not { } given) return Task.FromResult(AuthenticateResult.NoResult());
        Context.Features.Set(given);
        ClaimsIdentity identity = new(Scheme.Name);
        foreach (var (_, role) in given.Headers)
        {
            if (role is null) continue;
            identity.AddClaim(new Claim(identity.RoleClaimType, role));
            if (role == Roles.Operator) identity.AddClaim(new Claim(identity.RoleClaimType, Roles.Viewer));
        }
        return Task.FromResult(identity.Claims.Any()
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name))
            : AuthenticateResult.NoResult());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Scheme.Name;
        return ApiProblem.Unauthorized("This call needs a key that you did not send.").ExecuteAsync(Context);
    }

    // A key for another role gets the same answer as no key. Only a viewer hears that the call is an operator's.
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        KeyHolder.IsViewerOnly(Context)
        && Context.GetEndpoint() is { } call && ApiCredentials.Of(call.Metadata).Contains(Roles.Operator)
            ? ApiProblem.ViewerCannotAct().ExecuteAsync(Context)
            : HandleChallengeAsync(properties);
}
