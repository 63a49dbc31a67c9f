using System.Diagnostics;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Throughput;

/// <summary>Measures end-to-end payments per second with a fixed number of concurrent customers.</summary>
static class ThroughputMode
{
    const int Writers = 2;
    const string GroupCommit = ", group commit";
    const string PaymentsPerSecond = "payments/s";
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public static Mode Mode { get; } = new("throughput",
        "Closed loop: payments/s through HTTP, CPU per payment by process, p99 of the answer.",
        new Dictionary<string, string> { ["concurrency"] = "1,4,16,64,256", ["seconds"] = "10", ["twin"] = "on" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (levels, duration, repeats) = (options.Numbers("concurrency"), options.Seconds("seconds"), options.Number("repeats"));
        var warmUp = options.Seconds("warm-up");
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        Measurements measurements = new();
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, warmUp);
        foreach (var (level, repeat) in levels.SelectMany(level => Enumerable.Range(1, repeats).Select(repeat => (level, repeat))))
            await MeasureAsync(app, world, level, duration, repeat, repeats, measurements, "");
        foreach (var writers in options.Switch("twin") ? (int[])[0, Writers] : [])
        {
            await using var twin = await TwinTarget.StartAsync(world, writers);
            await Load.WarmUpAsync(twin, warmUp / 2);
            foreach (var (level, repeat) in levels.SelectMany(level => Enumerable.Range(1, repeats).Select(repeat => (level, repeat))))
                await MeasureAsync(twin, world, level, duration, repeat, repeats, measurements, writers == 0 ? "" : GroupCommit);
        }
        return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows())
        {
            Charts =
            [
                new Chart("throughput", "Payments per second, by concurrent customers", PaymentsPerSecond,
                    [.. levels.Select(level => $"{level}")],
                    [
                        .. new (string Title, string Variant, bool Twin)[]
                        {
                            ("PaymentFlow", "", false), ("twin", "", true), ("twin, group commit", GroupCommit, true),
                        }
                        .Where(series => measurements.Has(NameOf(levels[0], series.Variant), series.Twin))
                        .Select(series => new ChartSeries(
                            series.Title, [.. levels.Select(level => measurements.Of(NameOf(level, series.Variant), series.Twin))])),
                    ]),
            ],
        };
    }

    static async Task MeasureAsync(
        ITarget target, BenchmarkWorld world, int concurrency, TimeSpan duration, int repeat, int repeats, Measurements measurements,
        string variant)
    {
        Progress.Say($"{target.Name}{variant}, {concurrency} at once for {duration.TotalSeconds:0} s, {repeat} of {repeats}");
        var most = target.IsTwin ? Math.Min(concurrency * 2_000, 40_000) : Math.Min(concurrency * 400, 2_000);
        await using var buyers = await Buyers.ComeAsync(target, concurrency, (int)(most * (duration + Settle).TotalSeconds));
        // The cost of a payment is that of all its work, and some of it is done after the load has stopped.
        CpuMeter all = new(target.Processes());
        var workBefore = await PostgresWork.SoFarAsync(world.PaymentsDb);
        await Task.Delay(Settle);

        buyers.TakeWindow();
        CpuMeter busy = new(target.Processes());
        var (appliedBefore, started) = (await buyers.AppliedAsync(), Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        var answers = buyers.TakeWindow();
        var usedInTime = busy.Used();
        var (applied, elapsed) = (await buyers.AppliedAsync() - appliedBefore, Stopwatch.GetElapsedTime(started));
        await buyers.StopAsync();
        var ended = Stopwatch.GetTimestamp();
        await Load.DrainAsync(buyers);
        var behind = Stopwatch.GetElapsedTime(ended);
        await Load.RestAsync(target);
        var atRest = Stopwatch.GetElapsedTime(ended);
        var used = all.Used();
        var work = await PostgresWork.SoFarAsync(world.PaymentsDb) - workBefore;
        var paid = buyers.Paid;

        var name = $"{concurrency} at once{variant}";
        // Counts payments whose order is paid; an HTTP answer alone does not count.
        measurements.Add(NameOf(concurrency, variant), applied / elapsed.TotalSeconds, PaymentsPerSecond, target.IsTwin);
        foreach (var percentile in (double[])[50, 99])
            measurements.Add($"{name}: answer, p{percentile:0}", answers.Milliseconds(percentile), "ms", target.IsTwin);
        measurements.Add($"{name}: orders behind at the end", behind.TotalMilliseconds, "ms", target.IsTwin);
        measurements.Add($"{name}: webhooks and marks behind at the end", atRest.TotalMilliseconds, "ms", target.IsTwin);
        measurements.Add($"{name}: transactions of Postgres", (double)work.Commits / paid, "/payment", target.IsTwin);
        measurements.Add($"{name}: WAL of Postgres", work.WalBytes / 1024.0 / paid, "KiB/payment", target.IsTwin);
        if (target.IsTwin) return;
        foreach (var (process, time) in used)
            measurements.Add($"{name}: CPU of {process}", time.TotalMilliseconds / paid, "ms/payment");
        measurements.Add($"{name}: CPU busy",
            usedInTime.Values.Sum(time => time.TotalSeconds) / elapsed.TotalSeconds / Environment.ProcessorCount * 100, "%");
    }

    static string NameOf(int concurrency, string variant) => $"{concurrency} at once{variant}: {PaymentsPerSecond}";
}
