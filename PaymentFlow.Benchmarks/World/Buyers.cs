using PaymentFlow.Benchmarks.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Customers in a closed loop: each pays an order, and when that is answered the next one. Screens they have none.</summary>
sealed class Buyers : IAsyncDisposable
{
    readonly ITarget _target;
    readonly OrderBatch _orders;
    readonly ClosedLoop _loop;
    int _next = -1;
    long _paid;
    bool _stopped;

    Buyers(ITarget target, OrderBatch orders, int concurrency)
    {
        (_target, _orders) = (target, orders);
        _loop = ClosedLoop.Start(concurrency, PayAsync);
    }

    /// <summary>So many payments were answered.</summary>
    public long Paid => Interlocked.Read(ref _paid);

    /// <param name="expected">How many they will pay at most: so many orders are written before they come.</param>
    public static async Task<Buyers> ComeAsync(ITarget target, int concurrency, int expected) =>
        new(target, await target.SeedAsync(expected), concurrency);

    public Latencies TakeWindow() => _loop.TakeWindow();

    /// <summary>So many payments have arrived at their orders.</summary>
    public Task<long> AppliedAsync() => _target.PaidAsync(_orders);

    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _loop.StopAsync();
    }

    async Task PayAsync()
    {
        var order = Interlocked.Increment(ref _next);
        if (order >= _orders.Count) throw new InvalidOperationException($"All {_orders.Count} orders are paid before the time was over: seed more.");
        await _target.PrepareAsync(_orders, order);
        await _target.PayAsync(_orders, order);
        Interlocked.Increment(ref _paid);
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
