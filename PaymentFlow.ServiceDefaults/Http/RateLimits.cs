using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Limits per client address protect against card testing and order spam; PaymentFlow's own services (a valid service key) are exempt from
/// them. Limits on concurrent requests protect against overload: one for our own services, one for everybody else. <see cref="WrongKeys"/>
/// limits guesses of keys.
/// </summary>
public static class RateLimits
{
    // Well above what saturates a pool of 12 database connections.
    const int DefaultAtOnce = 128;

    // Web's requests are those of many customers, and a replica of a service asks for many payments.
    const int DefaultServicesAtOnce = 256;

    /// <summary>
    /// A named <see cref="AddressLimit"/> for <c>.RequireRateLimiting(name)</c>. A request above the limit gets 429
    /// <c>rate_limited</c> with <c>Retry-After</c> in seconds.
    /// </summary>
    public static TBuilder AddRateLimit<TBuilder>(this TBuilder builder, string name, int permits, TimeSpan window)
        where TBuilder : IHostApplicationBuilder
    {
        var configuration = builder.Configuration;
        builder.Services.AddKeyedSingleton(name, (_, _) => AddressLimit.Create(configuration, name, permits, window));
        builder.Services.Configure<RateLimiterOptions>(options => options.AddPolicy(name, context =>
            context.User.IsInRole(Roles.Service)
                ? RateLimitPartition.GetNoLimiter("services")
                : RateLimitPartition.Get(
                    ClientAddress.Of(context.Connection.RemoteIpAddress), client => new ClientLimiter(
                        context.RequestServices.GetRequiredKeyedService<PartitionedRateLimiter<string>>(name), client))));
        return builder;
    }

    /// <summary>
    /// With more than <c>RateLimits:AtOnce</c> requests in progress (128), a new request gets 503 <c>unavailable</c> with
    /// <c>Retry-After</c> at once, before any work. Without this limit, requests would queue until their callers give up, and the
    /// service would work on abandoned requests. Requests with the service key have a limit of their own,
    /// <c>RateLimits:ServicesAtOnce</c> (256). <c>.DisableRateLimiting()</c> exempts an endpoint.
    /// </summary>
    internal static void Configure(RateLimiterOptions options, IConfiguration configuration)
    {
        var others = configuration.GetValue("RateLimits:AtOnce", DefaultAtOnce);
        var services = configuration.GetValue("RateLimits:ServicesAtOnce", DefaultServicesAtOnce);
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(context => RateLimitPartition.GetConcurrencyLimiter(
            context.User.IsInRole(Roles.Service),
            isService => new ConcurrencyLimiterOptions { PermitLimit = isService ? services : others, QueueLimit = 0 }));
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
