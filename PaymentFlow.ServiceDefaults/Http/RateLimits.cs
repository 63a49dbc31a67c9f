using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults;

/// <summary>
/// Limits per client address, against card testing and order spam; and one on all requests that are served at once, against
/// drowning. Our own services (a valid service key) are exempt from both.
/// </summary>
public static class RateLimits
{
    const int Segments = 6;

    // Several times what keeps two cores and a dozen database connections busy, Stripe's half a second included.
    const int DefaultAtOnce = 128;

    /// <summary>
    /// A named sliding-window limit for <c>.RequireRateLimiting(name)</c>. <c>RateLimits:{name}:Permits</c> and
    /// <c>RateLimits:{name}:WindowSeconds</c> in the configuration win over the defaults given here.
    /// Beyond it: 429 <c>rate_limited</c> with <c>Retry-After</c> in seconds.
    /// </summary>
    public static TBuilder AddRateLimit<TBuilder>(this TBuilder builder, string name, int permits, TimeSpan window)
        where TBuilder : IHostApplicationBuilder
    {
        var section = builder.Configuration.GetSection($"RateLimits:{name}");
        SlidingWindowRateLimiterOptions limit = new()
        {
            PermitLimit = section.GetValue("Permits", permits),
            Window = TimeSpan.FromSeconds(section.GetValue("WindowSeconds", window.TotalSeconds)),
            SegmentsPerWindow = Segments,
            QueueLimit = 0,
        };
        builder.Services.Configure<RateLimiterOptions>(options => options.AddPolicy(name, context =>
            context.User.IsInRole(Roles.Service)
                ? RateLimitPartition.GetNoLimiter("services")
                : RateLimitPartition.GetSlidingWindowLimiter(PartitionOf(context.Connection.RemoteIpAddress), _ => limit)));
        return builder;
    }

    /// <summary>
    /// Beyond <c>RateLimits:AtOnce</c> requests under way (128): 503 <c>unavailable</c> with <c>Retry-After</c>, at once and before
    /// anything is done. Without it every caller of a flood waits until they give up, and work is done that nobody waits for.
    /// <c>.DisableRateLimiting()</c> exempts an endpoint.
    /// </summary>
    internal static void Configure(RateLimiterOptions options, IConfiguration configuration)
    {
        ConcurrencyLimiterOptions limit = new() { PermitLimit = configuration.GetValue("RateLimits:AtOnce", DefaultAtOnce), QueueLimit = 0 };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.User.IsInRole(Roles.Service)
            ? RateLimitPartition.GetNoLimiter("services")
            : RateLimitPartition.GetConcurrencyLimiter("all", _ => limit));
        options.OnRejected = async (rejected, _) =>
        {
            // Only the limiter of concurrency gives a reason; a window may say when it opens again.
            var full = rejected.Lease.MetadataNames.Contains(MetadataName.ReasonPhrase.Name);
            var status = full ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests;
            var wait = full ? Random.Shared.Next(1, 6)
                : rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, Math.Ceiling(after.TotalSeconds))
                : 10;
            rejected.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            await ApiProblem.ForStatus(status).ExecuteAsync(rejected.HttpContext);
        };
    }

    // A household or a server has a whole /64 of IPv6 addresses to itself; counting single ones would limit nobody.
    static string PartitionOf(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
