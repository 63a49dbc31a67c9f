using System.Diagnostics;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Fanout;

/// <summary>Many customers watch their orders at once. Measures the memory per socket and whether updates still arrive as fast.</summary>
static class FanoutMode
{
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public static Mode Mode { get; } = new("fanout",
        "Open plain WebSockets: server memory per socket, time of an update while all are open, time of one update to each of them.",
        new Dictionary<string, string>
        {
            ["sockets"] = "1000,5000,10000",
            ["rate"] = "50",
            ["seconds"] = "10",
            ["partitions"] = "16",
        }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (levels, repeats) = (options.Numbers("sockets"), options.Number("repeats"));
        var (rate, duration) = (options.Number("rate"), options.Seconds("seconds"));
        await using var world = await BenchmarkWorld.StartAsync(
            WorldOptions.From(options) with { Partitions = options.Number("partitions") });
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, options.Seconds("warm-up"));
        // Open some sockets first, so that one-time growth of the process does not count as memory of sockets.
        await Load.CloseAsync(await Load.OpenAsync(app, await app.SeedAsync(500)));
        Measurements measurements = new();
        foreach (var level in levels)
            for (var repeat = 1; repeat <= repeats; repeat++)
            {
                Progress.Say($"{level} sockets, {repeat} of {repeats}");
                await MeasureAsync(app, level, rate, (int)(rate * duration.TotalSeconds), measurements);
            }
        return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows())
        {
            Charts =
            [
                new Chart("fanout-memory", "Server memory for each open socket", "KiB", [.. levels.Select(level => $"{level}")],
                    [new("PaymentFlow", [.. levels.Select(level => measurements.Of($"{level} sockets: memory each"))])]),
                new Chart("fanout-time", "An update reaches its own socket while all are open", "ms",
                    [.. levels.Select(level => $"{level}")],
                    [
                        .. ((string[])["p50", "p99"]).Select(p => new ChartSeries(
                            p, [.. levels.Select(level => measurements.Of($"{level} sockets: Stripe's yes → its frame, {p}"))])),
                    ]),
            ],
        };
    }

    static async Task MeasureAsync(AppTarget app, int count, int rate, int payments, Measurements measurements)
    {
        var name = $"{count} sockets";
        var process = app.World.ProcessIdOf("order-service");
        var before = await SettledMemoryAsync(process);
        var orders = await app.SeedAsync(count);
        var started = Stopwatch.GetTimestamp();
        var screens = await Load.OpenAsync(app, orders);
        measurements.Add($"{name}: opened", count / Stopwatch.GetElapsedTime(started).TotalSeconds, "sockets/s");
        measurements.Add($"{name}: memory each", (await SettledMemoryAsync(process) - before) / 1024.0 / count, "KiB");

        // Some of the customers pay, spread evenly over all orders.
        var paying = Math.Min(payments, count);
        Latencies own = new();
        await OpenLoop.RunAsync(rate, paying, async (i, _) =>
        {
            var order = (int)((long)i * count / paying);
            await app.PayAsync(orders, order);
            var frame = await screens[order].Paid.WaitAsync(Timeout);
            own.Record(frame.Received - frame.At);
        });
        foreach (var percentile in (double[])[50, 99])
            measurements.Add($"{name}: Stripe's yes → its frame, p{percentile:0}", own.Milliseconds(percentile), "ms");

        // Then every other order gets an update at once: the events go into Kafka as fast as it accepts them.
        int[] rest = [.. Enumerable.Range(0, count).Where(order => !screens[order].Paid.IsCompleted)];
        CpuMeter cpu = new(app.Processes());
        var began = TimeProvider.System.GetUtcNow();
        await PaymentSeeds.ProduceAsync(app.World.Kafka, orders, rest);
        var frames = await Task.WhenAll(rest.Select(order => screens[order].Paid.WaitAsync(Timeout)));
        Latencies all = new();
        foreach (var frame in frames) all.Record(frame.Received - frame.At);
        measurements.Add(
            $"{name}, one update to every one: until the last", (frames.Max(frame => frame.Received) - began).TotalMilliseconds, "ms");
        measurements.Add($"{name}, one update to every one: event → frame, p50", all.Milliseconds(50), "ms");
        measurements.Add($"{name}, one update to every one: event → frame, p99", all.Milliseconds(99), "ms");
        measurements.Add($"{name}, one update to every one: CPU of order-service",
            cpu.Used()["order-service"].TotalMicroseconds / rest.Length, "µs/socket");
        await Load.CloseAsync(screens);
    }

    static async Task<long> SettledMemoryAsync(int process)
    {
        await Task.Delay(Settle);
        await ForcedCollection.InAsync(process);
        return ProcessUsage.ResidentBytes(process);
    }
}
