using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Payments;

/// <summary>
/// Limits the calls to Stripe that open pages cause. All pages of an order share one preparation of its payment for a moment, and
/// <c>RateLimits:prepare</c> (60 per minute) limits the preparations per client address.
/// </summary>
public sealed class SharedPreparation(IConfiguration configuration, TimeProvider time) : IDisposable
{
    // Short, because a page that is opened later must see what has happened at the bank.
    static readonly TimeSpan SharedFor = TimeSpan.FromSeconds(2);

    readonly ConcurrentDictionary<Preparation, Lazy<Task<PreparedPayment>>> _calls = new();
    readonly PartitionedRateLimiter<string> _limit =
        AddressLimit.Create(configuration, "prepare", permits: 60, TimeSpan.FromMinutes(1));

    /// <summary>The result of a call that is running or has just ended, else that of <paramref name="call"/>.</summary>
    public Task<PreparedPayment> GetAsync(Preparation preparation, string client, Func<Task<PreparedPayment>> call) =>
        _calls.GetOrAdd(preparation,
            // Outside the page's synchronization context: the call must not depend on the page that happens to be the first.
            _ => new(() => Task.Run(() => CallAsync(preparation, client, call)))).Value;

    /// <summary>Makes the order's next page ask again, because its payment has changed.</summary>
    public void Forget(Guid orderId)
    {
        foreach (var preparation in _calls.Keys.Where(preparation => preparation.OrderId == orderId)) _calls.TryRemove(preparation, out _);
    }

    async Task<PreparedPayment> CallAsync(Preparation preparation, string client, Func<Task<PreparedPayment>> call)
    {
        try
        {
            using var lease = _limit.AttemptAcquire(client);
            return lease.IsAcquired ? await call() : new PreparedPayment(null, new Problem(ProblemCodes.RateLimited));
        }
        finally
        {
            _ = ForgetLaterAsync(preparation);
        }
    }

    async Task ForgetLaterAsync(Preparation preparation)
    {
        await Task.Delay(SharedFor, time);
        _calls.TryRemove(preparation, out _);
    }

    public void Dispose() => _limit.Dispose();
}

/// <summary>What must be the same to share a result. A page that knows a newer version of the order needs a newer result.</summary>
public sealed record Preparation(Guid OrderId, long Version, string Secret, string ReturnUrl)
{
    // The generated ToString would print the secret.
    public override string ToString() => OrderId.ToString();
}

/// <summary>The current state of the payment, or why it was not prepared.</summary>
public sealed record PreparedPayment(PaymentResponse? Payment, Problem? Problem);
