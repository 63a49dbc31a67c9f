using System.Text;
using Npgsql;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>A peer made with Wolverine: two processes on the app's Postgres and Kafka, and a Stripe sandbox of its own.</summary>
sealed class PeerTarget : IPeer, IAsyncDisposable
{
    const string PaymentsDatabase = "peer_payments";
    const string OrdersDatabase = "peer_orders";
    const string PaymentsProcess = "peer payments";
    const string OrdersProcess = "peer orders";
    const string PaymentsTables = """
        CREATE TABLE payments (
            id uuid PRIMARY KEY, order_id uuid NOT NULL UNIQUE, intent_id text, amount bigint NOT NULL, status text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now())
        """;
    const string OrdersTables = """
        CREATE TABLE orders (
            id uuid PRIMARY KEY, amount bigint NOT NULL, status text NOT NULL DEFAULT 'awaiting_payment',
            version bigint NOT NULL DEFAULT 1, updated_at timestamptz)
        """;
    const string Repeated = "SELECT coalesce(sum(version - 2), 0) FROM orders WHERE id BETWEEN $1 AND $2 AND version > 2";

    static readonly ReadOnlyMemory<byte> Body = Encoding.UTF8.GetBytes("""{"paymentMethod":"pm_card_visa"}""");

    readonly BenchmarkWorld _world;
    readonly NpgsqlDataSource _payments;
    readonly NpgsqlDataSource _orders;
    readonly PeerTuning _tuning;
    HelperProcess? _paymentsProcess;
    HelperProcess? _ordersProcess;

    PeerTarget(BenchmarkWorld world, PeerTuning tuning)
    {
        (_world, _tuning) = (world, tuning);
        (_payments, _orders) = (world.Open(PaymentsDatabase), world.Open(OrdersDatabase));
    }

    public string Name => _tuning switch
    {
        PeerTuning.Defaults => "Wolverine, defaults",
        PeerTuning.Latency => "Wolverine, tuned",
        _ => "Wolverine, tuned, batches",
    };

    public bool IsTwin => false;

    public BenchmarkWorld World => _world;

    public bool Prepares { get; set; }

    public string Consumer => OrdersProcess;

    public static async Task<PeerTarget> StartAsync(BenchmarkWorld world, PeerTuning tuning)
    {
        await using (var server = world.Open("postgres"))
        {
            foreach (var database in (string[])[PaymentsDatabase, OrdersDatabase])
            {
                await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
                await ExecuteAsync(server, $"CREATE DATABASE {database}");
            }
        }
        PeerTarget peer = new(world, tuning);
        try
        {
            await ExecuteAsync(peer._payments, PaymentsTables);
            await ExecuteAsync(peer._orders, OrdersTables);
            peer._paymentsProcess = await peer.StartAsync(WolverinePayments.Mode, PaymentsDatabase);
            peer._ordersProcess = await peer.StartAsync(WolverineOrders.Mode, OrdersDatabase);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    Task<HelperProcess> StartAsync(string mode, string database) => HelperProcess.StartAsync(
        _world.Collector is { } collector
            ? new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            }
            : new Dictionary<string, string>(),
        mode, "--postgres", $"{_world.Postgres};Database={database}",
        "--kafka", _world.Kafka, "--topic", WorldBroker.PeerTopics[(int)_tuning],
        "--stripe", $"{_world.PeerStripe}", "--tuning", $"{_tuning}",
        "--fetch-wait-ms", _world.Broker.Setting("FetchWaitMaxMs") ?? "",
        "--session-ms", _world.Broker.Setting("SessionTimeoutMs")!, "--heartbeat-ms", _world.Broker.Setting("HeartbeatIntervalMs")!);

    public Task<OrderBatch> SeedAsync(int count) => TwinDatabase.SeedOrdersAsync(_orders, count);

    public Task PrepareAsync(OrderBatch orders, int order) => Prepares ? PostAsync("prepare", orders, order) : Task.CompletedTask;

    public Task PayAsync(OrderBatch orders, int order) => PostAsync("pay", orders, order);

    Task<byte[]> PostAsync(string call, OrderBatch orders, int order) =>
        LoadClient.PostAsync(new Uri($"{_paymentsProcess!.Answer}/{call}/{orders.IdOf(order)}"), Body, secret: null);

    public Task<Screen> OpenAsync(OrderBatch orders, int order) =>
        Screen.OpenAsync(new Uri($"{_ordersProcess!.Answer}/orders/{orders.IdOf(order)}/live"), secret: null);

    public Task<long> PaidAsync(OrderBatch orders) => AppTarget.PaidAsync(_orders, orders);

    public async Task<long> LeftToDoAsync() =>
        await CountAsync(_payments, "SELECT count(*) FROM wolverine.wolverine_outgoing_envelopes")
        + await CountAsync(_orders, "SELECT count(*) FROM wolverine.wolverine_incoming_envelopes WHERE status <> 'Handled'");

    public async Task<IAsyncDisposable> KeepConsumerDownAsync()
    {
        await _ordersProcess!.DisposeAsync();
        _ordersProcess = null;
        return new Down(this);
    }

    /// <summary>The payment service commits the events with their payments, and Wolverine publishes them.</summary>
    public async Task ProduceAsync(OrderBatch orders)
    {
        (await LoadClient.Http.PostAsync(new Uri($"{_paymentsProcess!.Answer}/events/{orders.Number}/{orders.Count}"), null))
            .EnsureSuccessStatusCode();
        while (await CountAsync(_payments, "SELECT count(*) FROM wolverine.wolverine_outgoing_envelopes") > 0) await Task.Delay(250);
    }

    public Task<(DateTimeOffset First, DateTimeOffset Last)> PaidBetweenAsync(OrderBatch orders) =>
        PeerSql.TimesAsync(_orders, PeerSql.PaidBetween, orders);

    public Task<long> PaidAfterAsync(OrderBatch orders, DateTimeOffset time) =>
        PeerSql.CountAsync(_orders, PeerSql.PaidAfter, orders, time);

    public Task<long> RepeatedAsync(OrderBatch orders) => PeerSql.CountAsync(_orders, Repeated, orders);

    public IReadOnlyDictionary<string, int> Processes()
    {
        Dictionary<string, int> processes = new() { [PaymentsProcess] = _paymentsProcess!.Id, [OrdersProcess] = _ordersProcess!.Id };
        foreach (var (name, id) in _world.Processes())
            if (name is "postgres" or "kafka" or "load" or "otlp collector" or BenchmarkWorld.PeerSandbox) processes[name] = id;
        return processes;
    }

    static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ordersProcess is not null) await _ordersProcess.DisposeAsync();
        if (_paymentsProcess is not null) await _paymentsProcess.DisposeAsync();
        await _orders.DisposeAsync();
        await _payments.DisposeAsync();
    }

    sealed class Down(PeerTarget peer) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => peer._ordersProcess = await peer.StartAsync(WolverineOrders.Mode, OrdersDatabase);
    }
}
