using System.Threading.RateLimiting;
using PaymentFlow.Web.Security;

namespace PaymentFlow.Web.Payments;

/// <summary>
/// How often one client address may press Pay, whatever the order: who tries out stolen cards makes an order for each. PaymentApi
/// can't see the address behind Web, and so leaves this to it. <c>RateLimits:pay:Permits</c> a <c>RateLimits:pay:WindowSeconds</c>.
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

    /// <param name="address">As <see cref="ClientAddress"/> gives it.</param>
    public bool Allows(string address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
