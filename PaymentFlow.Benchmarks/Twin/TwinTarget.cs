using System.Net.Http.Json;
using Npgsql;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>The twin as a target of the load. Its process uses the app's Postgres and Kafka.</summary>
sealed class TwinTarget : ITarget, IAsyncDisposable
{
    readonly BenchmarkWorld _world;
    readonly HelperProcess _process;
    readonly NpgsqlDataSource _database;
    readonly Uri _address;

    TwinTarget(BenchmarkWorld world, HelperProcess process, NpgsqlDataSource database) =>
        (_world, _process, _database, _address) = (world, process, database, new Uri(process.Answer));

    public string Name => "the twin";

    public bool IsTwin => true;

    public BenchmarkWorld World => _world;

    public NpgsqlDataSource Database => _database;

    /// <param name="writers">The number of group-commit writers; 0 for one commit per request.</param>
    /// <param name="secondEvent">Whether each order also gets its own event, as the app's contract requires.</param>
    public static async Task<TwinTarget> StartAsync(BenchmarkWorld world, int writers = 0, bool secondEvent = false)
    {
        var database = world.Open("twin");
        await TwinDatabase.CreateIfAbsentAsync(database);
        var process = await HelperProcess.StartAsync(
            new Dictionary<string, string>(),
            TwinServer.Mode, "--postgres", world.Postgres, "--kafka", world.Kafka, "--topic", WorldBroker.TwinTopic,
            "--writers", $"{writers}",
            "--second-topic", secondEvent ? WorldBroker.TwinSecondTopic : "",
            "--fetch-wait-ms", world.Broker.Setting("FetchWaitMaxMs") ?? "500", "--session-ms", world.Broker.Setting("SessionTimeoutMs")!,
            "--heartbeat-ms", world.Broker.Setting("HeartbeatIntervalMs")!);
        return new TwinTarget(world, process, database);
    }

    public Task<OrderBatch> SeedAsync(int count) => TwinDatabase.SeedOrdersAsync(_database, count);

    public Task PrepareAsync(OrderBatch orders, int order) => Task.CompletedTask;

    public async Task PayAsync(OrderBatch orders, int order) =>
        await LoadClient.PostAsync(new Uri(_address, $"/pay/{orders.IdOf(order)}"), default, secret: null);

    public Task<Screen> OpenAsync(OrderBatch orders, int order) =>
        Screen.OpenAsync(new Uri(_address, $"/orders/{orders.IdOf(order)}/live"), secret: null);

    public Task<long> PaidAsync(OrderBatch orders) => TwinDatabase.PaidAsync(_database, orders);

    public async Task<long> LeftToDoAsync()
    {
        await using var command = _database.CreateCommand("SELECT count(*) FROM outbox WHERE published_at IS NULL");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Publishes the waiting outbox rows; returns when all of them are enqueued in Kafka's client.</summary>
    public async Task PublishAsync() => (await LoadClient.Http.PostAsync(new Uri(_address, "/publish"), null)).EnsureSuccessStatusCode();

    public async Task ResetAsync() => (await LoadClient.Http.PostAsync(new Uri(_address, "/reset"), null)).EnsureSuccessStatusCode();

    public async Task<TwinFigures> FiguresAsync() => (await LoadClient.Http.GetFromJsonAsync<TwinFigures>(new Uri(_address, "/figures")))!;

    public IReadOnlyDictionary<string, int> Processes()
    {
        Dictionary<string, int> processes = new() { ["twin"] = _process.Id };
        foreach (var (name, id) in _world.Processes())
            if (name is "postgres" or "kafka" or "load") processes[name] = id;
        return processes;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _database.DisposeAsync();
    }
}
