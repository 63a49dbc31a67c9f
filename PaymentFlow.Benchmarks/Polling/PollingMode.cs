using PaymentFlow.Benchmarks.Measuring;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Polling;

/// <summary>The same customers twice: once they ask every second, as it was done before, and once they are told. Why this project exists.</summary>
static class PollingMode
{
    const string Asked = "polling";
    const string Told = "WebSocket";
    static readonly (string Name, string Title)[] Ways = [(Asked, "asked every second"), (Told, "told by WebSocket")];

    public static Mode Mode { get; } = new("polling", "The same customers by GET /orders/{id} every second and by the WebSocket.",
        new Dictionary<string, string> { ["customers"] = "300", ["seconds"] = "20", ["interval-ms"] = "1000" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (customers, duration, repeats) = (options.Number("customers"), options.Seconds("seconds"), options.Number("repeats"));
        var interval = TimeSpan.FromMilliseconds(options.Number("interval-ms"));
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, options.Seconds("warm-up"));
        // Both ways once before, so that both are compiled.
        await new Crowd(app, 50, TimeSpan.FromSeconds(5)).WatchAsync(Way.Ask, interval);
        await new Crowd(app, 50, TimeSpan.FromSeconds(5)).WatchAsync(Way.Listen, interval);

        Measurements measurements = new();
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            Progress.Say($"{customers} customers pay, and nobody looks, {repeat} of {repeats}");
            var unwatched = await new Crowd(app, customers, duration).WatchAsync(Way.Nobody, interval);
            Progress.Say($"{customers} customers ask every second, {repeat} of {repeats}");
            (await new Crowd(app, customers, duration).WatchAsync(Way.Ask, interval)).AddTo(measurements, Asked, unwatched);
            Progress.Say($"{customers} customers are told by WebSocket, {repeat} of {repeats}");
            (await new Crowd(app, customers, duration).WatchAsync(Way.Listen, interval)).AddTo(measurements, Told, unwatched);
        }
        var settings = await world.SettingsAsync(options);
        settings["ratio"] = "polling to the WebSocket";
        settings["customers"] = "each opens the page, pays at a moment of their own within the time, and goes when they know; a poll has a phase of its own";
        return new Report(Mode.Name, settings, [.. measurements.Rows().Select(row => Compare(row, measurements))])
        {
            Charts =
            [
                new Chart("polling", "From Stripe's yes until the customer knows", "ms", ["median", "p99"],
                    [.. Ways.Select(way => new ChartSeries(way.Title,
                        [measurements.Of($"{way.Name}: until the customer knows, median"), measurements.Of($"{way.Name}: until the customer knows, p99")]))]),
            ],
        };
    }

    /// <summary>A figure of polling is set against the WebSocket's, where there is anything to divide by.</summary>
    static Row Compare(Row row, Measurements measurements) =>
        row.Name.StartsWith(Asked, StringComparison.Ordinal) && measurements.Of(Told + row.Name[Asked.Length..]) is > 0 and var told
            ? row with { Ratio = row.Value / told }
            : row;
}
