using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults;

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
    /// Whether a customer may be redirected to <paramref name="url"/>. Only pages of an allowed origin are; other redirects could be
    /// used for phishing.
    /// </summary>
    public bool Allows(Uri url) => url.IsAbsoluteUri && _origins.Contains(url.GetLeftPart(UriPartial.Authority));

    internal static HashSet<string> Read(IConfiguration configuration) =>
        (configuration.GetSection("Clients:AllowedOrigins").Get<string[]>() ?? [])
            .Where(origin => !string.IsNullOrWhiteSpace(origin))
            .Select(origin => origin.Trim().TrimEnd('/'))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
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
            .WithHeaders("Accept-Language", "Authorization", "Content-Type", "Idempotency-Key", "traceparent", "tracestate")
            .WithExposedHeaders("Location", "Retry-After")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }
}
