using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Polling;

/// <summary>The same customers twice: once with polling every second, once with the WebSocket.</summary>
static class PollingMode
{
    const string Asked = "polling";
    const string Told = "WebSocket";
    static readonly (string Name, string Title)[] Ways = [(Asked, "polling every second"), (Told, "WebSocket")];

    public static Mode Mode { get; } = new("polling", "The same customers with GET /orders/{id} every second and with the WebSocket.",
        new Dictionary<string, string> { ["customers"] = "300", ["seconds"] = "20", ["interval-ms"] = "1000" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (customers, duration, repeats) = (options.Number("customers"), options.Seconds("seconds"), options.Number("repeats"));
        var interval = TimeSpan.FromMilliseconds(options.Number("interval-ms"));
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, options.Seconds("warm-up"));
        // Run both ways once, so that the JIT has compiled both.
        await new Crowd(app, 50, TimeSpan.FromSeconds(5)).WatchAsync(Way.Ask, interval);
        await new Crowd(app, 50, TimeSpan.FromSeconds(5)).WatchAsync(Way.Listen, interval);

        Measurements measurements = new();
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            Progress.Say($"{customers} customers pay, and none watches, {repeat} of {repeats}");
            var unwatched = await new Crowd(app, customers, duration).WatchAsync(Way.Nobody, interval);
            Progress.Say($"{customers} customers poll every second, {repeat} of {repeats}");
            (await new Crowd(app, customers, duration).WatchAsync(Way.Ask, interval)).AddTo(measurements, Asked, unwatched);
            Progress.Say($"{customers} customers watch by WebSocket, {repeat} of {repeats}");
            (await new Crowd(app, customers, duration).WatchAsync(Way.Listen, interval)).AddTo(measurements, Told, unwatched);
        }
        var settings = await world.SettingsAsync(options);
        settings["ratio"] = "polling to the WebSocket";
        settings["customers"] = "each opens the page, pays at a random moment within the time, and leaves after seeing the result; "
            + "each polls with a random phase";
        return new Report(Mode.Name, settings, [.. measurements.Rows().Select(row => Compare(row, measurements))])
        {
            Charts =
            [
                new Chart("polling", "From Stripe's yes until the customer knows", "ms", ["median", "p99"],
                    [
                        .. Ways.Select(way => new ChartSeries(way.Title,
                        [
                            measurements.Of($"{way.Name}: until the customer knows, median"),
                            measurements.Of($"{way.Name}: until the customer knows, p99"),
                        ])),
                    ]),
            ],
        };
    }

    /// <summary>Adds the ratio of polling's figure to the WebSocket's, unless the latter is 0.</summary>
    static Row Compare(Row row, Measurements measurements) =>
        row.Name.StartsWith(Asked, StringComparison.Ordinal) && measurements.Of(Told + row.Name[Asked.Length..]) is > 0 and var told
            ? row with { Ratio = row.Value / told }
            : row;
}
