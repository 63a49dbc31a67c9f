using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Steps that the modes share: warm up, prepare, open and close screens, wait for rest.</summary>
static class Load
{
    const int WarmUpConcurrency = 16;
    const int PrepareConcurrency = 16;
    static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan RestPatience = TimeSpan.FromMinutes(3);
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Pays orders for a while, so that the JIT has compiled the measured code. See docs/decisions/0011-benchmark-method.md
    /// </summary>
    public static async Task WarmUpAsync(ITarget target, TimeSpan duration)
    {
        Progress.Say($"warming up {target.Name} for {duration.TotalSeconds:0} s");
        await using var buyers = await Buyers.ComeAsync(
            target, WarmUpConcurrency, expected: (int)(duration.TotalSeconds * (target.IsTwin ? 8_000 : 1_500)));
        var screens = await OpenAsync(target, await target.SeedAsync(20));
        await Task.Delay(duration);
        await buyers.StopAsync();
        await CloseAsync(screens);
        await DrainAsync(buyers);
        await RestAsync(target);
    }

    /// <summary>
    /// Waits until the target has finished all earlier work. Mainly webhooks accumulate under load, and their cost would be counted in the
    /// next measurement. Then empties the broker, because nobody needs its records any more.
    /// </summary>
    public static async Task RestAsync(ITarget target)
    {
        using CancellationTokenSource patience = new(RestPatience);
        long left;
        while ((left = await target.LeftToDoAsync()) > 0)
        {
            if (patience.IsCancellationRequested)
                throw new InvalidOperationException($"{target.Name} does not come to rest: {left} webhooks and events are left.");
            await Task.Delay(PollInterval, CancellationToken.None);
        }
        await Task.Delay(Quiet, CancellationToken.None);
        await target.World.Broker.EmptyAsync();
    }

    /// <summary>Prepares all orders, a few at a time.</summary>
    public static Task PrepareAsync(ITarget target, OrderBatch orders) => Parallel.ForEachAsync(
        Enumerable.Range(0, orders.Count), new ParallelOptions { MaxDegreeOfParallelism = PrepareConcurrency },
        async (order, _) => await target.PrepareAsync(orders, order));

    /// <summary>Opens one screen per order, a few at a time.</summary>
    public static async Task<Screen[]> OpenAsync(ITarget target, OrderBatch orders)
    {
        var screens = new Screen[orders.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, orders.Count), new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (order, _) => screens[order] = await target.OpenAsync(orders, order));
        return screens;
    }

    public static async Task CloseAsync(IEnumerable<Screen> screens)
    {
        foreach (var screen in screens) await screen.DisposeAsync();
    }

    /// <summary>Waits until the orders of all answered payments are paid.</summary>
    public static async Task DrainAsync(Buyers buyers)
    {
        using CancellationTokenSource patience = new(DrainPatience);
        while (await buyers.AppliedAsync() < buyers.Paid) await Task.Delay(PollInterval, patience.Token);
    }
}
