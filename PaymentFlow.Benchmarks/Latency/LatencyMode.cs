using System.Diagnostics;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Latency;

/// <summary>Measures how long customers wait for "Your order is paid", at a steady rate of independent customers.</summary>
static class LatencyMode
{
    static readonly double[] Percentiles = [50, 99, 99.9];

    public static Mode Mode { get; } = new("latency", "Open loop: Stripe's yes → frame, POST → frame, and the hops in between.",
        new Dictionary<string, string>
        {
            ["rates"] = "10,100,500",
            ["seconds"] = "20",
            // Web's checkout also prepares the PaymentIntent before the payment.
            ["prepared"] = "on",
            ["twin"] = "on",
            // A real broker answers a fetch as soon as data arrives. The in-process broker waits the full time, so use the minimum.
            ["fetch-wait-ms"] = "1",
        }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (rates, duration, repeats) = (options.Numbers("rates"), options.Seconds("seconds"), options.Number("repeats"));
        var (warmUp, prepared) = (options.Seconds("warm-up"), options.Switch("prepared"));
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        AppTarget app = new(world, prepared);
        await using var twin = options.Switch("twin") ? await TwinTarget.StartAsync(world) : null;
        await Load.WarmUpAsync(app, warmUp);
        if (twin is not null) await Load.WarmUpAsync(twin, warmUp / 2);

        Measurements measurements = new();
        foreach (var rate in rates)
            for (var repeat = 1; repeat <= repeats; repeat++)
                foreach (var target in twin is null ? (ITarget[])[app] : [app, twin])
                {
                    Progress.Say($"{target.Name} at {rate}/s for {duration.TotalSeconds:0} s, {repeat} of {repeats}");
                    await MeasureAsync(target, world, rate, (int)(rate * duration.TotalSeconds), measurements);
                }

        var settings = await world.SettingsAsync(options);
        settings["Stripe's yes"] =
            "when PaymentApi has received Stripe's answer (the event's ce_time, the frame's at); for the twin: just before its commit";
        return new Report(Mode.Name, settings, measurements.Rows()) { Charts = [.. ChartsOf(rates, measurements)] };
    }

    static async Task MeasureAsync(ITarget target, BenchmarkWorld world, int rate, int count, Measurements measurements)
    {
        var orders = await target.SeedAsync(count);
        await Load.PrepareAsync(target, orders);
        await Load.RestAsync(target);
        var screens = await Load.OpenAsync(target, orders);
        Latencies fromYes = new(), fromPost = new();
        var frames = new PaidFrame?[count];
        var sent = new DateTimeOffset[count];
        CpuMeter cpu = new(target.Processes());
        await OpenLoop.RunAsync(rate, count, async (order, intended) =>
        {
            sent[order] = TimeProvider.System.GetUtcNow() - Stopwatch.GetElapsedTime(intended);
            try
            {
                await target.PayAsync(orders, order);
            }
            catch (PutOffException)
            {
                // A refused customer does not count as a latency; the share of refusals is a separate row.
                return;
            }
            var frame = frames[order] = await screens[order].Paid.WaitAsync(TimeSpan.FromMinutes(1));
            fromYes.Record(frame.Received - frame.At);
            fromPost.Record(Stopwatch.GetElapsedTime(intended, frame.Timestamp));
        });
        var used = cpu.Used();
        await Load.CloseAsync(screens);
        await Load.RestAsync(target);

        if (frames.Count(frame => frame is null) is > 0 and var putOff)
            measurements.Add($"{rate}/s: put off with 503", 100.0 * putOff / count, "%", target.IsTwin);
        foreach (var (name, latencies) in ((string, Latencies)[])[(FromYes(rate), fromYes), (FromPost(rate), fromPost)])
            foreach (var percentile in Percentiles)
                measurements.Add($"{name}, p{percentile:0.#}", latencies.Milliseconds(percentile), "ms", target.IsTwin);
        if (!target.IsTwin)
            foreach (var (process, time) in used)
                measurements.Add($"{rate}/s: CPU of {process}", time.TotalMilliseconds / count, "ms/payment");
        foreach (var (name, latencies) in target.IsTwin ? Hops.OfTwin(sent, frames) : await Hops.OfAppAsync(world, orders, sent, frames))
            foreach (var percentile in (double[])[50, 99])
                measurements.Add($"{rate}/s, hop: {name}, p{percentile:0}", latencies.Milliseconds(percentile), "ms", target.IsTwin);
    }

    static string FromYes(int rate) => $"{rate}/s: Stripe's yes → frame";

    static string FromPost(int rate) => $"{rate}/s: POST → frame";

    static IEnumerable<Chart> ChartsOf(IReadOnlyList<int> rates, Measurements measurements)
    {
        foreach (var (file, title, name) in ((string, string, Func<int, string>)[])
            [("latency-yes", "Stripe's yes → frame", FromYes), ("latency-post", "POST → frame", FromPost)])
        {
            yield return new Chart(file, title, "ms", [.. rates.Select(rate => $"{rate}/s")],
            [
                .. ((double[])[50, 99]).SelectMany(percentile => ((bool[])[false, true])
                    .Where(twin => measurements.Has($"{name(rates[0])}, p50", twin)).Select(twin => new ChartSeries(
                        $"{(twin ? "twin" : "PaymentFlow")}, p{percentile:0}",
                        [.. rates.Select(rate => measurements.Of($"{name(rate)}, p{percentile:0.#}", twin))]))),
            ]);
        }
    }
}
