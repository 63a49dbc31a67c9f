using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Customers in a closed loop. Each pays one order after another, without open screens.</summary>
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

    /// <summary>The number of answered payments.</summary>
    public long Paid => Interlocked.Read(ref _paid);

    /// <param name="expected">The most orders that they will pay. This many orders are written first.</param>
    public static async Task<Buyers> ComeAsync(ITarget target, int concurrency, int expected) =>
        new(target, await target.SeedAsync(expected), concurrency);

    public Latencies TakeWindow() => _loop.TakeWindow();

    /// <summary>The number of orders that became paid.</summary>
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
        if (order >= _orders.Count)
            throw new InvalidOperationException($"All {_orders.Count} orders were paid before the time was over. Seed more orders.");
        await _target.PrepareAsync(_orders, order);
        await _target.PayAsync(_orders, order);
        Interlocked.Increment(ref _paid);
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
