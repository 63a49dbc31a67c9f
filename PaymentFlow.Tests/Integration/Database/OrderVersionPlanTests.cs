using PaymentFlow.OrderService.AppliedVersions;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Database;

/// <summary>The sweeps look up orders by their ids. Reading all orders would make every sweep slower as a shop grows.</summary>
public sealed class OrderVersionPlanTests(PaymentFlowApp app) : IAsyncLifetime
{
    // Postgres uses one plan for all values after five executions.
    const int Executions = 8;

    // One connection, because only its own session can publish what it has counted.
    readonly ScratchDatabase _database = new($"{app.PaymentsDb};Maximum Pool Size=1", ofOrders: true);

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ExecuteAsync("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at)
            SELECT gen_random_uuid(), 'R' || i, sha256('s'), 1800, 'usd', '[]', now(), now() FROM generate_series(1, 2000) AS i;
            INSERT INTO outbox (event_id, topic, key, type, source, time, data)
            SELECT gen_random_uuid(), 'orders', id::text, 'order.paid', '/order-service', now(), '' FROM orders
            """);
        await _database.ExecuteAsync("VACUUM (ANALYZE) orders");
        await _database.ExecuteAsync("VACUUM (ANALYZE) outbox");
    }

    [Fact]
    public async Task The_sweeps_never_read_all_orders()
    {
        var token = TestContext.Current.CancellationToken;
        OrderVersionStore store = new(_database.Source);
        Dictionary<Guid, long> seen = new() { [await _database.QueryAsync<Guid>("SELECT id FROM orders LIMIT 1")] = 0 };
        var before = await ScansAsync();

        for (var execution = 0; execution < Executions; execution++)
        {
            await store.ChangesAsync(after: 0, limit: 500, minAge: TimeSpan.Zero, token);
            Assert.Single(await store.NewerAsync(seen, token));
            await store.VersionsAsync([.. seen.Keys], token);
        }

        Assert.Equal(before, await ScansAsync());
    }

    async Task<long> ScansAsync()
    {
        await _database.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        return await _database.QueryAsync<long>(
            "SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables WHERE relname IN ('orders', 'outbox')");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
