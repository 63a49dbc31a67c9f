using System.Diagnostics;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Pipeline;

/// <summary>Measures only the pipeline after the payment: outbox → Kafka → order → push. The events are committed before.</summary>
static class PipelineMode
{
    const string Name = "events/s, outbox → Kafka → order";
    const string OfSecondTwin = "events/s, beside the twin with a second event";
    const string OfWholeTwin = "events/s, beside the group-commit twin's payments/s through HTTP";
    const int ScreensOpen = 100;
    const int Writers = 2;
    const int BuyersAtOnce = 64;
    const int MostPerSecond = 40_000;
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    static readonly TimeSpan BuyersTime = TimeSpan.FromSeconds(8);
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    public static Mode Mode { get; } = new("pipeline", "Outbox → Kafka → order → push, with the events committed before.",
        new Dictionary<string, string> { ["events"] = "50000", ["partitions"] = "16", ["twin"] = "on" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (events, repeats) = (options.Number("events"), options.Number("repeats"));
        await using var world = await BenchmarkWorld.StartAsync(
            WorldOptions.From(options) with { Partitions = options.Number("partitions") });
        AppTarget app = new(world);
        Measurements measurements = new();
        await using (var twin = options.Switch("twin") ? await TwinTarget.StartAsync(world) : null)
        {
            // Repeat 0 only warms up.
            for (var repeat = 0; repeat <= repeats; repeat++)
            {
                Progress.Say(repeat == 0 ? "warming up" : $"{events} events, {repeat} of {repeats}");
                var into = repeat == 0 ? new Measurements() : measurements;
                var count = repeat == 0 ? Math.Min(events, 20_000) : events;
                await MeasureAppAsync(app, count, into);
                if (twin is not null) await MeasureTwinAsync(twin, count, into);
            }
        }
        if (!options.Switch("twin")) return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows());
        await MeasureSecondTwinAsync(world, events, repeats, measurements);
        await MeasureWholeTwinAsync(world, repeats, measurements);
        return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows())
        {
            Charts =
            [
                new Chart("pipeline", Name, "events/s", [""],
                    [new("PaymentFlow", [measurements.Of(Name)]), new("twin", [measurements.Of(Name, twin: true)])]),
            ],
        };
    }

    static async Task MeasureAppAsync(AppTarget app, int count, Measurements measurements)
    {
        var world = app.World;
        await Load.RestAsync(app);
        var orders = await app.SeedAsync(count);
        // Some customers watch. The measurement also waits for their last frame.
        var screens = new Screen[Math.Min(ScreensOpen, count)];
        for (var i = 0; i < screens.Length; i++) screens[i] = await app.OpenAsync(orders, (int)((long)i * count / screens.Length));
        await PaymentSeeds.SeedOutboxAsync(world.PaymentsDb, orders);
        CpuMeter cpu = new(world.Processes());
        var figures = await OrderFigures.WhenAllPaidAsync(world.OrdersDb, orders, Timeout);
        var used = cpu.Used();
        var frames = await Task.WhenAll(screens.Select(screen => screen.Paid.WaitAsync(Timeout)));
        await Load.CloseAsync(screens);
        await using var sweep = world.PaymentsDb.CreateCommand("SELECT taken_at FROM leases WHERE name = 'outbox'");
        var began = new DateTimeOffset((DateTime)(await sweep.ExecuteScalarAsync())!);

        var ended = frames.Select(frame => frame.Received).Append(figures.LastApplied).Max();
        measurements.Add(Name, count / (ended - began).TotalSeconds, "events/s");
        measurements.Add("events/s, Kafka → order", count / (figures.LastApplied - figures.FirstConsumed).TotalSeconds, "events/s");
        foreach (var (process, time) in used) measurements.Add($"CPU of {process}", time.TotalMicroseconds / count, "µs/event");
    }

    static async Task MeasureTwinAsync(TwinTarget twin, int count, Measurements measurements)
    {
        await Load.RestAsync(twin);
        var orders = await twin.SeedAsync(count);
        await TwinDatabase.SeedOutboxAsync(twin.Database, orders);
        await twin.ResetAsync();
        CpuMeter cpu = new(twin.Processes());
        var began = TimeProvider.System.GetUtcNow();
        await twin.PublishAsync();
        var figures = await TwinProgress.WhenAppliedAsync(twin, count, Timeout);
        var used = cpu.Used();
        measurements.Add(Name, count / (figures.LastApplied - began).TotalSeconds, "events/s", twin: true);
        measurements.Add(
            "events/s, Kafka → order", count / (figures.LastApplied - figures.FirstConsumed).TotalSeconds, "events/s", twin: true);
        foreach (var (process, time) in used) measurements.Add($"CPU of {process}", time.TotalMicroseconds / count, "µs/event", twin: true);
    }

    /// <summary>
    /// The twin with a second event per order, as the app's contract requires: a row in a second outbox, its publishing, its mark, and two
    /// consumers that follow the topic. The remaining difference to this twin is the app's own cost.
    /// </summary>
    static async Task MeasureSecondTwinAsync(BenchmarkWorld world, int count, int repeats, Measurements measurements)
    {
        await using var twin = await TwinTarget.StartAsync(world, secondEvent: true);
        for (var repeat = 0; repeat <= repeats; repeat++)
        {
            Progress.Say(repeat == 0 ? "warming up the twin with a second event" : $"the twin with a second event, {repeat} of {repeats}");
            Measurements alone = new();
            await MeasureTwinAsync(twin, count, alone);
            if (repeat == 0) continue;
            measurements.Add(OfSecondTwin, measurements.Of(Name), "events/s");
            measurements.Add(OfSecondTwin, alone.Of(Name, twin: true), "events/s", twin: true);
            foreach (var row in alone.Rows().Where(row => row.Unit == "µs/event"))
                measurements.Add($"second event, {row.Name}", row.Value, row.Unit);
        }
    }

    /// <summary>
    /// The twin's whole path with HTTP and commits, as a comparison for payments/s. See docs/decisions/0011-benchmark-method.md
    /// </summary>
    static async Task MeasureWholeTwinAsync(BenchmarkWorld world, int repeats, Measurements measurements)
    {
        await using var twin = await TwinTarget.StartAsync(world, Writers);
        await Load.WarmUpAsync(twin, BuyersTime);
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            Progress.Say($"the twin with group commit, {BuyersAtOnce} at once, {repeat} of {repeats}");
            await using var buyers = await Buyers.ComeAsync(twin, BuyersAtOnce, (int)(MostPerSecond * (BuyersTime + Settle).TotalSeconds));
            await Task.Delay(Settle);
            var (before, started) = (await buyers.AppliedAsync(), Stopwatch.GetTimestamp());
            await Task.Delay(BuyersTime);
            var (applied, elapsed) = (await buyers.AppliedAsync() - before, Stopwatch.GetElapsedTime(started));
            await buyers.StopAsync();
            await Load.DrainAsync(buyers);
            measurements.Add(OfWholeTwin, measurements.Of(Name), "events/s");
            measurements.Add(OfWholeTwin, applied / elapsed.TotalSeconds, "events/s", twin: true);
        }
    }
}
