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
    /// <c>unauthorized</c>.
    /// </summary>
    internal static void AddApiKeys(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ApiKeys>();
        // AddAuthentication would also add data protection, which keys do not need and which writes files at startup.
        builder.Services.AddAuthenticationCore(options => options.DefaultScheme = Scheme);
        builder.Services.AddWebEncoders();
        new AuthenticationBuilder(builder.Services).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Scheme, null);
        var authorization = builder.Services.AddAuthorizationBuilder();
        foreach (var role in ApiKeys.Headers.Keys)
            authorization.AddPolicy(role, policy => policy.RequireRole(role));
        authorization.AddPolicy(Roles.Viewer, policy => policy.RequireRole(Roles.Viewer, Roles.Operator));
        builder.Services.AddSingleton<WrongKeys>();
        builder.Services.AddOptions<RateLimiterOptions>().PostConfigure<WrongKeys>((options, wrongKeys) => options.GlobalLimiter =
            options.GlobalLimiter is { } others ? PartitionedRateLimiter.CreateChained(wrongKeys, others) : wrongKeys);
    }
}

/// <summary>The configured keys, kept as digests (see <see cref="SecretKey"/>).</summary>
sealed class ApiKeys(IConfiguration configuration)
{
    internal static readonly Dictionary<string, (string Header, string Setting)> Headers = new()
    {
        [Roles.Operator] = (RequestHeaders.OperatorKey, "Operator:Key"),
        [Roles.Merchant] = (RequestHeaders.ApiKey, "Merchant:ApiKey"),
        [Roles.Service] = (RequestHeaders.ServiceKey, "Services:Key"),
    };

    readonly (string Role, string Header, byte[] Digest)[] _keys =
    [
        .. from entry in Headers
           let key = configuration[entry.Value.Setting]
           where !string.IsNullOrWhiteSpace(key)
           select (entry.Key, entry.Value.Header, SecretKey.Digest(key)),
    ];

    /// <summary>What the keys in the headers prove; null if the request has none. A role without a configured key does not count.</summary>
    public GivenKeys? Check(IHeaderDictionary headers)
    {
        GivenKeys? given = null;
        foreach (var (role, header, digest) in _keys)
        {
            if (!headers.TryGetValue(header, out var values)) continue;
            given ??= new GivenKeys();
            (values.Count == 1 && SecretKey.Matches(values[0]!, digest) ? given.Right : given.Wrong).Add(role);
        }
        return given;
    }
}

/// <summary>The roles that the keys of a request prove, and those that they fail to prove.</summary>
sealed class GivenKeys
{
    public List<string> Right { get; } = [];

    public List<string> Wrong { get; } = [];

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
        foreach (var role in given.Right) identity.AddClaim(new Claim(identity.RoleClaimType, role));
        return Task.FromResult(given.Right.Count > 0
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name))
            : AuthenticateResult.NoResult());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Scheme.Name;
        return ApiProblem.Unauthorized("This call needs a key that you did not send.").ExecuteAsync(Context);
    }

    // A key for another role gets the same answer as no key.
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => HandleChallengeAsync(properties);
}
