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

/// <summary>Limits per client address, against card testing and order spam. Our own services (a valid service key) are exempt.</summary>
public static class RateLimits
{
    const int Segments = 6;

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

    internal static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = async (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(10);
            rejected.HttpContext.Response.Headers.RetryAfter =
                Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await ApiProblem.ForStatus(StatusCodes.Status429TooManyRequests).ExecuteAsync(rejected.HttpContext);
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
