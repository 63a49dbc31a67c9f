using System.Diagnostics;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Overview;

/// <summary>How long the console's overview waits for its two calls.</summary>
static class OverviewMode
{
    public static Mode Mode { get; } = new("overview",
        "The calls of the console's overview with a million payments in 30 days, and as many in the 30 days before.",
        new Dictionary<string, string>
        {
            ["payments"] = "1000000",
            ["requests"] = "100",
            ["repeats"] = "3",
            ["warm-up"] = "5",
        }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (payments, requests, repeats) = (options.Number("payments"), options.Number("requests"), options.Number("repeats"));
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        Progress.Say($"writing {2 * payments:N0} payments of 60 days");
        await OverviewHistory.WriteAsync(world, 2 * payments);
        Progress.Say("rolling up");
        var rolledUp = await Task.WhenAll(
            OverviewHistory.RolledUpAsync(world.PaymentsDb), OverviewHistory.RolledUpAsync(world.OrdersDb));

        using HttpClient http = new();
        http.DefaultRequestHeaders.Add("X-Operator-Key", BenchmarkWorld.OperatorKey);
        DateTimeOffset end = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        Uri Payments(int days, string more) => new(world.PaymentApi, $"/statistics/payments?{Range(days)}&{more}");
        Uri Screens(int days) => new(world.OrderService, $"/statistics/screens?{Range(days)}");
        string Range(int days) => $"from={end.AddDays(-days):yyyy-MM-ddTHH:mmZ}&to={end:yyyy-MM-ddTHH:mmZ}";
        (string Name, Uri[] Calls)[] figures =
        [
            ("payments of 30 days, by day", [Payments(30, "interval=day&timeZone=Europe/Berlin")]),
            ("payments of 30 days, by hour", [Payments(30, "interval=hour&timeZone=Asia/Kathmandu")]),
            ("payments of today, by hour", [Payments(1, "interval=hour")]),
            ("screens of 30 days", [Screens(30)]),
            ("both calls for 30 days, at once", [Payments(30, "interval=day&timeZone=Europe/Berlin"), Screens(30)]),
        ];

        Measurements measurements = new();
        measurements.Add("first roll-up of all payments", rolledUp[0].TotalSeconds, "s");
        measurements.Add("first roll-up of all screens", rolledUp[1].TotalSeconds, "s");
        foreach (var (_, calls) in figures) await MeasureAsync(http, calls, (int)options.Seconds("warm-up").TotalSeconds);
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            Progress.Say($"{repeat} of {repeats}");
            foreach (var (name, calls) in figures)
            {
                var latencies = await MeasureAsync(http, calls, requests);
                foreach (var percentile in (double[])[50, 95])
                    measurements.Add($"{name}, p{percentile:0}", latencies.Milliseconds(percentile), "ms");
            }
        }
        return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows());
    }

    /// <summary>One reader who waits for all calls before the next.</summary>
    static async Task<Latencies> MeasureAsync(HttpClient http, Uri[] calls, int count)
    {
        Latencies latencies = new();
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(calls.Select(http.GetByteArrayAsync));
            latencies.Record(Stopwatch.GetElapsedTime(started));
        }
        return latencies;
    }
}
