using System.Diagnostics;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Growth;

/// <summary>The same load with more and more history. Old payments must not slow down new ones.</summary>
static class GrowthMode
{
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public static Mode Mode { get; } = new("growth",
        "The same load with more and more settled payments in both databases: latency and throughput must stay flat.",
        new Dictionary<string, string>
        {
            ["rows"] = "10000,1000000",
            ["rate"] = "50",
            ["concurrency"] = "16",
            ["seconds"] = "10",
        }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (levels, repeats) = (options.Numbers("rows").Order().ToArray(), options.Number("repeats"));
        var (rate, concurrency, duration) = (options.Number("rate"), options.Number("concurrency"), options.Seconds("seconds"));
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, options.Seconds("warm-up"));
        Measurements measurements = new();
        var there = 0;
        foreach (var level in levels)
        {
            Progress.Say($"writing history: {level:N0} payments with all of their rows");
            await History.AddAsync(world, level - there);
            there = level;
            for (var repeat = 1; repeat <= repeats; repeat++)
            {
                Progress.Say($"{level:N0} payments of history, {repeat} of {repeats}");
                await MeasureAsync(app, level, rate, concurrency, duration, measurements);
            }
        }
        var smallest = measurements.Rows()
            .Where(row => row.Name.StartsWith($"{levels[0]:N0} ", StringComparison.Ordinal)).ToDictionary(row => FigureOf(row.Name));
        var settings = await world.SettingsAsync(options);
        settings["ratio"] = "to the smallest history";
        settings["rows of history"] = "settled payments; each has 6 rows in paymentsdb and 5 in ordersdb";
        return new Report(Mode.Name, settings,
            [.. measurements.Rows().Select(row => row with { Ratio = row.Value / smallest[FigureOf(row.Name)].Value })])
        {
            Charts =
            [
                new Chart("growth-throughput", $"Payments per second, {concurrency} at once", "payments/s",
                    [.. levels.Select(level => $"{level:N0}")],
                    [new("PaymentFlow", [.. levels.Select(level => measurements.Of($"{level:N0} payments of history: payments/s"))])]),
                new Chart("growth-latency", $"Stripe's yes → frame, p50 at {rate}/s", "ms", [.. levels.Select(level => $"{level:N0}")],
                    [
                        new("PaymentFlow",
                            [.. levels.Select(level => measurements.Of($"{level:N0} payments of history: Stripe's yes → frame, p50"))]),
                    ]),
            ],
        };
    }

    static string FigureOf(string row) => row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..];

    static async Task MeasureAsync(AppTarget app, int level, int rate, int concurrency, TimeSpan duration, Measurements measurements)
    {
        var name = $"{level:N0} payments of history";
        var orders = await app.SeedAsync((int)(rate * duration.TotalSeconds));
        var screens = await Load.OpenAsync(app, orders);
        Latencies fromYes = new(), fromPost = new();
        await OpenLoop.RunAsync(rate, orders.Count, async (order, intended) =>
        {
            await app.PayAsync(orders, order);
            var frame = await screens[order].Paid.WaitAsync(TimeSpan.FromMinutes(1));
            fromYes.Record(frame.Received - frame.At);
            fromPost.Record(Stopwatch.GetElapsedTime(intended, frame.Timestamp));
        });
        await Load.CloseAsync(screens);
        await Load.RestAsync(app);
        foreach (var percentile in (double[])[50, 99])
        {
            measurements.Add($"{name}: Stripe's yes → frame, p{percentile:0}", fromYes.Milliseconds(percentile), "ms");
            measurements.Add($"{name}: POST → frame, p{percentile:0}", fromPost.Milliseconds(percentile), "ms");
        }

        await using var buyers = await Buyers.ComeAsync(app, concurrency, (int)(2_000 * (duration + Settle).TotalSeconds));
        await Task.Delay(Settle);
        buyers.TakeWindow();
        var (before, started) = (await buyers.AppliedAsync(), Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        measurements.Add($"{name}: payments/s",
            (await buyers.AppliedAsync() - before) / Stopwatch.GetElapsedTime(started).TotalSeconds, "payments/s");
        await buyers.StopAsync();
        await Load.DrainAsync(buyers);
        await Load.RestAsync(app);
    }
}
