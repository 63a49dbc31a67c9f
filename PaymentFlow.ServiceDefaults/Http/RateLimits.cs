using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Limits per client address protect against card testing and order spam. One limit on all concurrent requests protects against
/// overload. PaymentFlow's own services (a valid service key) are exempt from both. <see cref="WrongKeys"/> limits guesses of keys.
/// </summary>
public static class RateLimits
{
    internal const int Segments = 6;

    // Well above what saturates a pool of 12 database connections.
    const int DefaultAtOnce = 128;

    /// <summary>
    /// A named sliding-window limit for <c>.RequireRateLimiting(name)</c>. <c>RateLimits:{name}:Permits</c> and
    /// <c>RateLimits:{name}:WindowSeconds</c> in the configuration override the parameters.
    /// A request above the limit gets 429 <c>rate_limited</c> with <c>Retry-After</c> in seconds.
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
                : RateLimitPartition.GetSlidingWindowLimiter(ClientAddress.Of(context.Connection.RemoteIpAddress), _ => limit)));
        return builder;
    }

    /// <summary>
    /// With more than <c>RateLimits:AtOnce</c> requests in progress (128), a new request gets 503 <c>unavailable</c> with
    /// <c>Retry-After</c> at once, before any work. Without this limit, requests would queue until their callers give up, and the
    /// service would work on abandoned requests. <c>.DisableRateLimiting()</c> exempts an endpoint.
    /// </summary>
    internal static void Configure(RateLimiterOptions options, IConfiguration configuration)
    {
        ConcurrencyLimiterOptions limit = new()
        {
            PermitLimit = configuration.GetValue("RateLimits:AtOnce", DefaultAtOnce),
            QueueLimit = 0,
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.User.IsInRole(Roles.Service)
            ? RateLimitPartition.GetNoLimiter("services")
            : RateLimitPartition.GetConcurrencyLimiter("all", _ => limit));
        options.OnRejected = async (rejected, _) =>
        {
            // Only the concurrency limiter sets a reason. The sliding window may say when to retry.
            var full = rejected.Lease.MetadataNames.Contains(MetadataName.ReasonPhrase.Name);
            var status = full ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests;
            var wait = full ? Random.Shared.Next(1, 6)
                : rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, Math.Ceiling(after.TotalSeconds))
                : 10;
            rejected.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            await ApiProblem.ForStatus(status).ExecuteAsync(rejected.HttpContext);
        };
    }
}
