using System.Threading.RateLimiting;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// Limits how many new sockets read their order at once. When a replica dies, thousands of sockets reconnect at once and would otherwise
/// take the database connections of all other requests.
/// </summary>
sealed class ConnectTurns(TimeProvider time) : IDisposable
{
    /// <summary>A socket that waited this long is refused. Its client tries again, perhaps at another replica.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>Reads at once.</summary>
    public const int AtOnce = 32;

    // More than one replica serves. The time limits the wait, this the memory.
    const int MaxWaiting = 20_000;

    readonly ConcurrencyLimiter _limiter = new(new() { PermitLimit = AtOnce, QueueLimit = MaxWaiting });

    /// <returns>The turn, to be disposed of after the read; null when too many sockets connect at once.</returns>
    public async Task<RateLimitLease?> WaitAsync(CancellationToken aborted)
    {
        var turn = _limiter.AttemptAcquire();
        if (!turn.IsAcquired) turn = await WaitInQueueAsync(aborted);
        return turn is { IsAcquired: true } ? turn : null;
    }

    async Task<RateLimitLease?> WaitInQueueAsync(CancellationToken aborted)
    {
        using CancellationTokenSource patience = new(LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborted);
        try
        {
            return await _limiter.AcquireAsync(1, either.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _limiter.Dispose();
}
