using System.Threading.RateLimiting;
using PaymentFlow.Web.Security;

namespace PaymentFlow.Web.Payments;

/// <summary>
/// Limits payments and cancellations per client address across all orders, because card testers (trying stolen cards) create one order per
/// card. Web enforces this limit, because PaymentApi cannot see the customer's address behind Web. The limit is
/// <c>RateLimits:pay:Permits</c> per <c>RateLimits:pay:WindowSeconds</c>.
/// </summary>
public sealed class PayLimit(IConfiguration configuration) : IDisposable
{
    readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(address, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = configuration.GetValue("RateLimits:pay:Permits", 20),
            Window = TimeSpan.FromSeconds(configuration.GetValue("RateLimits:pay:WindowSeconds", 60)),
            SegmentsPerWindow = 6,
        }));

    /// <param name="address">The client address from <see cref="ClientAddress"/>.</param>
    public bool Allows(string address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
