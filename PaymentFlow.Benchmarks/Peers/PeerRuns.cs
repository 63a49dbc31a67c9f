using System.Diagnostics;
using System.Net.WebSockets;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>The measurements, the same for PaymentFlow and the peers. Figures are named by what is measured and by the target.</summary>
sealed class PeerRuns(Measurements measurements)
{
    const int Screens = 50;
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan FramePatience = TimeSpan.FromMinutes(1);
    static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(4);
    static readonly TimeSpan KillPatience = TimeSpan.FromMinutes(3);
    static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    /// <summary>An open loop of independent customers, each with an open WebSocket.</summary>
    public async Task LatencyAsync(IPeer peer, int rate, TimeSpan duration)
    {
        Progress.Say($"{peer.Name}: {rate}/s for {duration.TotalSeconds:0} s");
        var orders = await peer.SeedAsync((int)(rate * duration.TotalSeconds));
        peer.Prepares = true;
        await Load.PrepareAsync(peer, orders);
        peer.Prepares = false;
        await Load.RestAsync(peer);
        var screens = await Load.OpenAsync(peer, orders);
        Latencies fromYes = new(), fromPost = new();
        await OpenLoop.RunAsync(rate, orders.Count, async (order, intended) =>
        {
            await peer.PayAsync(orders, order);
            var frame = await screens[order].Paid.WaitAsync(FramePatience);
            fromYes.Record(frame.Received > frame.At ? frame.Received - frame.At : TimeSpan.Zero);
            fromPost.Record(Stopwatch.GetElapsedTime(intended, frame.Timestamp));
        });
        await Load.CloseAsync(screens);
        await Load.RestAsync(peer);
        foreach (var (name, latencies) in ((string, Latencies)[])[("POST → frame", fromPost), ("Stripe's yes → frame", fromYes)])
            foreach (var percentile in (double[])[50, 99])
                Add(peer, $"{rate}/s: {name}, p{percentile:0}", latencies.Milliseconds(percentile), "ms");
    }

    /// <summary>A closed loop. A payment counts when its order is paid.</summary>
    public async Task ThroughputAsync(IPeer peer, int concurrency, TimeSpan duration)
    {
        Progress.Say($"{peer.Name}: {concurrency} at once for {duration.TotalSeconds:0} s");
        await Load.RestAsync(peer);
        await using var buyers = await Buyers.ComeAsync(peer, concurrency, (int)(2_000 * (duration + Settle).TotalSeconds));
        // As in ThroughputMode, the cost is that of all work, also of what is done after the load has stopped.
        CpuMeter cpu = new(peer.Processes());
        var workBefore = await PostgresWork.SoFarAsync(peer.World.PaymentsDb);
        await Task.Delay(Settle);
        buyers.TakeWindow();
        var (before, started) = (await buyers.AppliedAsync(), Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        var answers = buyers.TakeWindow();
        var applied = await buyers.AppliedAsync() - before;
        var elapsed = Stopwatch.GetElapsedTime(started);
        await buyers.StopAsync();
        var ended = Stopwatch.GetTimestamp();
        await Load.DrainAsync(buyers);
        var behind = Stopwatch.GetElapsedTime(ended);
        await Load.RestAsync(peer);
        var used = cpu.Used();
        var work = await PostgresWork.SoFarAsync(peer.World.PaymentsDb) - workBefore;
        var paid = buyers.Paid;

        var name = $"{concurrency} at once";
        Add(peer, $"{name}: completed", applied / elapsed.TotalSeconds, "payments/s");
        Add(peer, $"{name}: answer, p50", answers.Milliseconds(50), "ms");
        Add(peer, $"{name}: orders behind at the end", behind.TotalMilliseconds, "ms");
        Add(peer, $"{name}: transactions of Postgres", (double)work.Commits / paid, "/payment");
        Add(peer, $"{name}: WAL of Postgres", work.WalBytes / 1024.0 / paid, "KiB/payment");
        foreach (var (process, time) in used) Add(peer, $"{name}: CPU of {process}", time.TotalMilliseconds / paid, "ms/payment");
        Add(peer, $"{name}: CPU of the deployed parts",
            used.Where(process => IsDeployed(process.Key)).Sum(process => process.Value.TotalMilliseconds) / paid, "ms/payment");
    }

    /// <summary>The consumer starts after an outage and drains what waits in Kafka.</summary>
    public async Task DrainAsync(IPeer peer, int events)
    {
        Progress.Say($"{peer.Name}: draining {events} events");
        await Load.RestAsync(peer);
        var (orders, infrastructure) = await BacklogAsync(peer, events);
        await using (infrastructure.Down) { }
        await WhenPaidAsync(peer, orders, events, DrainPatience);
        var (first, last) = await peer.PaidBetweenAsync(orders);
        Add(peer, "drain: events/s, Kafka → order", events / (last - first).TotalSeconds, "events/s");
        Add(peer, "drain: CPU of the consumer, its start included",
            ProcessUsage.Cpu(peer.Processes()[peer.Consumer]).TotalMicroseconds / events, "µs/event");
        foreach (var (process, time) in infrastructure.Cpu.Used())
            Add(peer, $"drain: CPU of {process}", time.TotalMicroseconds / events, "µs/event");
        await Load.RestAsync(peer);
    }

    /// <summary>The consumer is killed in the middle of a backlog and starts again at once.</summary>
    public async Task KillAsync(IPeer peer, int events)
    {
        Progress.Say($"{peer.Name}: kill -9 of the consumer while it drains {events} events");
        await Load.RestAsync(peer);
        var (orders, infrastructure) = await BacklogAsync(peer, events);
        await using (infrastructure.Down) { }
        await WhenPaidAsync(peer, orders, events / 3, DrainPatience);
        await using (await peer.KeepConsumerDownAsync()) { }
        var (restarted, atKill) = (TimeProvider.System.GetUtcNow(), await peer.PaidAsync(orders));
        var screens = await Task.WhenAll(
            Enumerable.Range(0, Screens).Select(i => ReconnectAsync(peer, orders, (int)((long)i * events / Screens))));
        await WhenPaidAsync(peer, orders, events, KillPatience, orFail: false);
        var (_, last) = await peer.PaidBetweenAsync(orders);
        await Task.Delay(Settle);

        Add(peer, "killed: paid before the restart", atKill, "orders");
        Add(peer, $"killed: never paid (within {KillPatience.TotalMinutes:0} min)", events - await peer.PaidAsync(orders), "orders");
        Add(peer, "killed: marked paid again", await peer.RepeatedAsync(orders), "orders");
        Add(peer, $"killed: paid more than {Late.TotalSeconds:0} s after the restart",
            await peer.PaidAfterAsync(orders, restarted + Late), "orders");
        Add(peer, "killed: from the restart until the last", Math.Max(0, (last - restarted).TotalSeconds), "s");
        Add(peer, $"killed: of {Screens} reconnected screens, without \"paid\"",
            screens.Count(screen => !screen.Paid.IsCompletedSuccessfully), "screens");
        await Load.CloseAsync(screens);
    }

    static async Task<(OrderBatch Orders, (IAsyncDisposable Down, CpuMeter Cpu) Infrastructure)> BacklogAsync(IPeer peer, int events)
    {
        var orders = await peer.SeedAsync(events);
        var down = await peer.KeepConsumerDownAsync();
        await peer.ProduceAsync(orders);
        return (orders, (down, new CpuMeter(peer.World.Processes().Where(process => process.Key is "postgres" or "kafka").ToDictionary())));
    }

    /// <summary>As a browser does: tries again until the service listens.</summary>
    static async Task<Screen> ReconnectAsync(IPeer peer, OrderBatch orders, int order)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(Poll))
        {
            try
            {
                return await peer.OpenAsync(orders, order);
            }
            catch (WebSocketException) when (Stopwatch.GetElapsedTime(started) < DrainPatience)
            {
                // The service is still starting.
            }
        }
    }

    static async Task WhenPaidAsync(IPeer peer, OrderBatch orders, long count, TimeSpan patience, bool orFail = true)
    {
        var started = Stopwatch.GetTimestamp();
        long paid;
        while ((paid = await peer.PaidAsync(orders)) < count)
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                if (!orFail) return;
                throw new InvalidOperationException(
                    $"{peer.Name}: only {paid} of {count} orders are paid after {patience.TotalSeconds:0} s.");
            }
            await Task.Delay(Poll);
        }
    }

    /// <summary>Whether a deployment has this process, at a cost that the product decides.</summary>
    static bool IsDeployed(string process) =>
        process is not ("load" or "kafka" or "otlp collector" or "stripe-sandbox" or BenchmarkWorld.PeerSandbox);

    void Add(IPeer peer, string name, double value, string unit) => measurements.Add($"{name}: {peer.Name}", value, unit);
}
