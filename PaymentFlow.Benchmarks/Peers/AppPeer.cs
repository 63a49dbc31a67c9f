using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>PaymentFlow, measured as its peers are.</summary>
sealed class AppPeer(BenchmarkWorld world) : IPeer
{
    // An order is marked paid once per row.
    const string Repeated =
        "SELECT count(*) - count(DISTINCT order_id) FROM order_history WHERE order_id BETWEEN $1 AND $2 AND status = 'paid'";

    // The order's own time is that of its event.
    const string PaidBetween =
        "SELECT min(applied_at), max(applied_at) FROM order_history WHERE order_id BETWEEN $1 AND $2 AND status = 'paid'";
    const string PaidAfter =
        "SELECT count(*) FROM order_history WHERE order_id BETWEEN $1 AND $2 AND status = 'paid' AND applied_at > $3";

    readonly AppTarget _app = new(world, prepared: true);

    public string Name => "PaymentFlow";

    public bool IsTwin => false;

    public BenchmarkWorld World => world;

    public bool Prepares { get; set; }

    public string Consumer => "order-service";

    public Task<IAsyncDisposable> KeepConsumerDownAsync() => world.KeepDownAsync(Consumer);

    public Task ProduceAsync(OrderBatch orders) => PaymentSeeds.ProduceAsync(world.Kafka, orders);

    public Task<(DateTimeOffset First, DateTimeOffset Last)> PaidBetweenAsync(OrderBatch orders) =>
        PeerSql.TimesAsync(world.OrdersDb, PaidBetween, orders);

    public Task<long> PaidAfterAsync(OrderBatch orders, DateTimeOffset time) =>
        PeerSql.CountAsync(world.OrdersDb, PaidAfter, orders, time);

    public Task<long> RepeatedAsync(OrderBatch orders) => PeerSql.CountAsync(world.OrdersDb, Repeated, orders);

    public Task<OrderBatch> SeedAsync(int count) => _app.SeedAsync(count);

    public Task PrepareAsync(OrderBatch orders, int order) =>
        Prepares ? _app.PrepareAsync(orders, order) : Task.CompletedTask;

    public Task PayAsync(OrderBatch orders, int order) => _app.PayAsync(orders, order);

    public Task<Screen> OpenAsync(OrderBatch orders, int order) => _app.OpenAsync(orders, order);

    public Task<long> PaidAsync(OrderBatch orders) => _app.PaidAsync(orders);

    public Task<long> LeftToDoAsync() => _app.LeftToDoAsync();

    /// <summary>Without the peers' sandbox, which does nothing for the app.</summary>
    public IReadOnlyDictionary<string, int> Processes() =>
        world.Processes().Where(process => process.Key != BenchmarkWorld.PeerSandbox).ToDictionary();
}
