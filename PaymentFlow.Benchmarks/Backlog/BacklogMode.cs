using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Backlog;

/// <summary>OrderService starts after an outage and drains the events in Kafka. Measures the time and the memory.</summary>
static class BacklogMode
{
    const string Name = "events/s while draining";
    const double Mebi = 1024 * 1024;
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public static Mode Mode { get; } = new("backlog",
        "Events wait in Kafka when OrderService starts: time to drain them, memory meanwhile.",
        new Dictionary<string, string> { ["events"] = "200000", ["partitions"] = "64" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (events, repeats) = (options.Number("events"), options.Number("repeats"));
        Measurements measurements = new();
        Dictionary<string, string> settings = [];
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            Progress.Say($"{events} events, {repeat} of {repeats}");
            // Start a new world for each repeat: a broker that still holds the last backlog would drop messages.
            await using var world = await BenchmarkWorld.StartAsync(
                WorldOptions.From(options) with { Partitions = options.Number("partitions"), OnlyOrders = true });
            await MeasureAppAsync(world, events, measurements);
            await MeasureTwinAsync(world, events, measurements);
            settings = await world.SettingsAsync(options);
        }
        return new Report(Mode.Name, settings, measurements.Rows())
        {
            Charts =
            [
                new Chart("backlog", Name, "events/s", [""],
                    [new("PaymentFlow", [measurements.Of(Name)]), new("twin", [measurements.Of(Name, twin: true)])]),
            ],
        };
    }

    static async Task MeasureAppAsync(BenchmarkWorld world, int events, Measurements measurements)
    {
        await Task.Delay(Idle);
        var idle = ProcessUsage.ResidentBytes(world.ProcessIdOf("order-service"));
        OrderBatch orders;
        DateTimeOffset released;
        await using (await world.KeepDownAsync("order-service"))
        {
            orders = await AppTarget.SeedOrdersAsync(world.OrdersDb, events);
            await AnalyzeAsync(world.OrdersDb);
            await PaymentSeeds.ProduceAsync(world.Kafka, orders);
            Progress.Say("all events are in Kafka; OrderService starts");
            released = TimeProvider.System.GetUtcNow();
        }
        using CancellationTokenSource done = new();
        var watching = PeakAsync(world, done.Token);
        var figures = await OrderFigures.WhenAllPaidAsync(world.OrdersDb, orders, Timeout);
        await done.CancelAsync();
        var (peak, cpu) = await watching;
        await world.Broker.EmptyAsync();

        measurements.Add(Name, events / (figures.LastApplied - figures.FirstConsumed).TotalSeconds, "events/s");
        measurements.Add("from the start of the process until drained", (figures.LastApplied - released).TotalSeconds, "s");
        measurements.Add("draining", (figures.LastApplied - figures.FirstConsumed).TotalSeconds, "s");
        measurements.Add("memory, idle before", idle / Mebi, "MiB");
        measurements.Add("memory, most while draining", peak / Mebi, "MiB");
        measurements.Add("memory above idle", (peak - idle) / Mebi, "MiB");
        measurements.Add("CPU of order-service, its start included", cpu.TotalMicroseconds / events, "µs/event");
    }

    static async Task MeasureTwinAsync(BenchmarkWorld world, int events, Measurements measurements)
    {
        // Start the twin briefly, so that it creates its tables.
        OrderBatch orders;
        await using (var before = await TwinTarget.StartAsync(world)) orders = await before.SeedAsync(events);
        await PaymentSeeds.ProduceForTwinAsync(world.Kafka, orders);
        await using var twin = await TwinTarget.StartAsync(world);
        var figures = await TwinProgress.WhenAppliedAsync(twin, events, Timeout);
        measurements.Add(Name, events / (figures.LastApplied - figures.FirstConsumed).TotalSeconds, "events/s", twin: true);
        measurements.Add("draining", (figures.LastApplied - figures.FirstConsumed).TotalSeconds, "s", twin: true);
    }

    static async Task AnalyzeAsync(Npgsql.NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("ANALYZE orders");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The peak of the service's resident memory, sampled ten times per second, and the CPU time that it used.</summary>
    static async Task<(long Peak, TimeSpan Cpu)> PeakAsync(BenchmarkWorld world, CancellationToken done)
    {
        var (peak, cpu) = (0L, TimeSpan.Zero);
        using PeriodicTimer timer = new(PollInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                if (!world.Processes().TryGetValue("order-service", out var process)) continue;
                peak = Math.Max(peak, ProcessUsage.ResidentBytes(process));
                cpu = ProcessUsage.Cpu(process);
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
        }
        return (peak, cpu);
    }
}
