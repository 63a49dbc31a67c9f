using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary><c>Clients:AllowedOrigins</c>: the browser origins that may call the APIs with CORS or WebSocket.</summary>
public sealed class AllowedOrigins(IConfiguration configuration)
{
    readonly HashSet<string> _origins = Read(configuration);

    /// <summary>
    /// Whether a WebSocket handshake may proceed. CORS does not cover WebSockets, so the server must check <c>Origin</c> itself
    /// (RFC 6455, 10.2). A request without <c>Origin</c> does not come from a browser page and is allowed.
    /// </summary>
    public bool Allows(HttpRequest request) =>
        request.Headers.Origin is var origin && (origin.Count == 0 || (origin.Count == 1 && _origins.Contains(origin[0]!)));

    /// <summary>
    /// The same for a WebSocket of a site's own pages: also allows the host that the request names. The scheme may differ, because a proxy
    /// can terminate TLS.
    /// </summary>
    public bool AllowsOwn(HttpRequest request) =>
        Allows(request) || (request.Headers.Origin is [{ } origin] && IsOf(origin, request.Host));

    /// <summary>
    /// Whether a customer may be redirected to <paramref name="url"/>. Only pages of an allowed origin are; other redirects could be
    /// used for phishing.
    /// </summary>
    public bool Allows(Uri url) => url.IsAbsoluteUri && OriginOf(url) is { } origin && _origins.Contains(origin);

    /// <summary>
    /// The origin as a browser writes it: an internationalized host in punycode, lower case, no default port. Null for a value that is not
    /// an origin. One slash at the end is accepted, because addresses are often copied with it.
    /// </summary>
    internal static string? Normalize(string value) =>
        Uri.TryCreate(value.Trim(), UriKind.Absolute, out var url) && url.PathAndQuery is "/" && url.Fragment.Length == 0
        && !value.Contains('?', StringComparison.Ordinal) && !value.Contains('#', StringComparison.Ordinal)
            ? OriginOf(url)
            : null;

    internal static HashSet<string> Read(IConfiguration configuration) =>
        (configuration.GetSection("Clients:AllowedOrigins").Get<string[]>() ?? [])
            .Where(origin => !string.IsNullOrWhiteSpace(origin))
            // A value that is no origin matches nothing. A service does not start with one: see SettingRules.
            .Select(origin => Normalize(origin) ?? origin)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    static bool IsOf(string origin, HostString host) =>
        Normalize(origin) is { } normalized && new Uri(normalized) is var page
        && Uri.TryCreate($"{page.Scheme}://{host.Value}", UriKind.Absolute, out var own)
        && page.IdnHost == own.IdnHost && page.Port == own.Port;

    // https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
    static string? OriginOf(Uri url)
    {
        if ((url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.UserInfo.Length > 0) return null;
        try
        {
            var host = url.HostNameType switch
            {
                UriHostNameType.Dns => url.IdnHost.ToLowerInvariant(),
                UriHostNameType.IPv4 or UriHostNameType.IPv6 => url.Host,
                _ => null,
            };
            return host is null ? null : url.IsDefaultPort ? $"{url.Scheme}://{host}" : $"{url.Scheme}://{host}:{url.Port}";
        }
        catch (UriFormatException)
        {
            // The host has no form in punycode.
            return null;
        }
    }
}

static class AllowedOriginsRegistration
{
    public static void AddAllowedOrigins(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AllowedOrigins>();
        // Tokens travel in headers, not cookies, so no credentials are allowed.
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. AllowedOrigins.Read(builder.Configuration)])
            .WithMethods("GET", "POST")
            .WithHeaders(
                "Accept-Language", "Authorization", "Content-Type", RequestHeaders.IdempotencyKey, "Last-Event-ID", "traceparent",
                "tracestate")
            .WithExposedHeaders("Location", "Retry-After")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }
}
