using System.Threading.RateLimiting;
using Microsoft.Extensions.Configuration;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Sliding-window limits per client (<see cref="ClientAddress"/>). A client of IPv6 is a /64. Because one customer can own a whole /48, all
/// clients of a /48 together have a limit, too: <c>RateLimits:NetworkFactor</c> (16) times the limit of one. The counts are in memory, so
/// each replica has its own.
/// </summary>
public static class AddressLimit
{
    internal const int Segments = 6;

    // A /48 is one customer of a hosting provider, but many customers of a mobile one.
    const int NetworkFactor = 16;

    /// <summary>
    /// A limit whose resource is the client. <c>RateLimits:{name}:Permits</c> and <c>RateLimits:{name}:WindowSeconds</c> in the
    /// configuration override the parameters.
    /// </summary>
    public static PartitionedRateLimiter<string> Create(IConfiguration configuration, string name, int permits, TimeSpan window)
    {
        var section = configuration.GetSection($"RateLimits:{name}");
        permits = section.GetValue("Permits", permits);
        window = TimeSpan.FromSeconds(section.GetValue("WindowSeconds", window.TotalSeconds));
        var one = Limit(permits, window);
        var network = Limit(FactorOf(configuration) * permits, window);
        return PartitionedRateLimiter.CreateChained(
            // One client that is at its limit does not use up its neighbors' permits, because it is refused first.
            PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetSlidingWindowLimiter(client, _ => one)),
            PartitionedRateLimiter.Create<string, string>(client => ClientAddress.NetworkOf(client) is { } wide
                ? RateLimitPartition.GetSlidingWindowLimiter(wide, _ => network)
                : RateLimitPartition.GetNoLimiter("")));
    }

    /// <summary>How many times the limit of one client applies to an IPv6 network.</summary>
    internal static long FactorOf(IConfiguration configuration) => configuration.GetValue("RateLimits:NetworkFactor", NetworkFactor);

    static SlidingWindowRateLimiterOptions Limit(long permits, TimeSpan window) => new()
    {
        PermitLimit = (int)Math.Min(permits, int.MaxValue),
        Window = window,
        SegmentsPerWindow = Segments,
        QueueLimit = 0,
    };
}

/// <summary>One client's view of <paramref name="limits"/>, for the framework's rate limiter, which wants one limiter per client.</summary>
sealed class ClientLimiter(PartitionedRateLimiter<string> limits, string client) : RateLimiter
{
    /// <summary>It keeps nothing, so the framework may drop it at any time.</summary>
    public override TimeSpan? IdleDuration => TimeSpan.MaxValue;

    public override RateLimiterStatistics? GetStatistics() => limits.GetStatistics(client);

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => limits.AttemptAcquire(client, permitCount);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        limits.AcquireAsync(client, permitCount, cancellationToken);
}
