using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>Measures PaymentFlow beside the same chain made with a framework, in one run, on the same Postgres and broker.</summary>
static class PeersMode
{
    const string PaymentFlow = ": PaymentFlow";

    static readonly string[] Targets = ["app", "defaults", "latency", "throughput"];
    static readonly string[] Parts = ["latency", "throughput", "drain", "kill"];

    public static Mode Mode { get; } = new("peers",
        "The same chain made with Wolverine: latency, throughput, drain rate, CPU, and kill -9.",
        new Dictionary<string, string>
        {
            ["targets"] = string.Join(',', Targets),
            ["parts"] = string.Join(',', Parts),
            ["rate"] = "10",
            ["concurrency"] = "64",
            ["seconds"] = "15",
            ["events"] = "20000",
            ["partitions"] = "16",
            ["repeats"] = "1",
            ["warm-up"] = "25",
            ["fetch-wait-ms"] = "1",
        }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (targets, parts) = (Chosen(options, "targets", Targets), Chosen(options, "parts", Parts));
        await using var world = await BenchmarkWorld.StartAsync(
            WorldOptions.From(options) with { Partitions = options.Number("partitions"), PeerSandbox = true });
        Measurements measurements = new();
        PeerRuns runs = new(measurements);
        for (var repeat = 1; repeat <= options.Number("repeats"); repeat++)
        {
            if (targets.Contains("app")) await MeasureAsync(new AppPeer(world), runs, parts, options);
            foreach (var tuning in Enum.GetValues<PeerTuning>())
            {
                if (!targets.Contains(Targets[1 + (int)tuning])) continue;
                await using var peer = await PeerTarget.StartAsync(world, tuning);
                await MeasureAsync(peer, runs, parts, options);
            }
        }
        var settings = await world.SettingsAsync(options);
        foreach (var (name, value) in PeerSettings.Describe()) settings[name] = value;
        settings["ratio"] = "PaymentFlow's figure to this one";
        return new Report(Mode.Name, settings, [.. measurements.Rows().Select(row => Compare(row, measurements))]);
    }

    static async Task MeasureAsync(IPeer peer, PeerRuns runs, IReadOnlyList<string> parts, Options options)
    {
        var duration = options.Seconds("seconds");
        await Load.WarmUpAsync(peer, options.Seconds("warm-up"));
        if (parts.Contains("latency")) await runs.LatencyAsync(peer, options.Number("rate"), duration);
        if (parts.Contains("throughput")) await runs.ThroughputAsync(peer, options.Number("concurrency"), duration);
        if (parts.Contains("drain")) await runs.DrainAsync(peer, options.Number("events"));
        if (parts.Contains("kill")) await runs.KillAsync(peer, options.Number("events"));
    }

    static string[] Chosen(Options options, string name, string[] all)
    {
        var chosen = options[name].Split(',');
        return chosen.Except(all).FirstOrDefault() is { } unknown
            ? throw new OptionException($"--{name} takes some of {string.Join(',', all)}, not '{unknown}'.")
            : chosen;
    }

    /// <summary>Adds the ratio of PaymentFlow's figure to a peer's.</summary>
    static Row Compare(Row row, Measurements measurements)
    {
        var figure = row.Name[..row.Name.LastIndexOf(": ", StringComparison.Ordinal)] + PaymentFlow;
        return row.Name != figure && row.Value > 0 && measurements.Has(figure)
            ? row with { Ratio = measurements.Of(figure) / row.Value }
            : row;
    }
}
