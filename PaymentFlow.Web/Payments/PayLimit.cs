using System.Threading.RateLimiting;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Web.Payments;

/// <summary>
/// Limits payments and cancellations per client address across all orders, because card testers (trying stolen cards) create one order per
/// card. Web enforces this limit, because PaymentApi does not limit our own services. The limit is <c>RateLimits:pay</c> (20 per minute).
/// </summary>
public sealed class PayLimit(IConfiguration configuration) : IDisposable
{
    readonly PartitionedRateLimiter<string> _limiter =
        AddressLimit.Create(configuration, "pay", permits: 20, TimeSpan.FromMinutes(1));

    /// <param name="address">The client address from <see cref="ClientAddress"/>.</param>
    public bool Allows(string address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
