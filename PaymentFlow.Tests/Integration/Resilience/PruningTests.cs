using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PaymentFlow.Persistence.Pruning;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>PaymentApi's pruning rules. The test has its own database and its own clock.</summary>
public sealed class PruningTests(PaymentFlowApp app) : IAsyncLifetime
{
    static readonly DateTimeOffset Now = new(2031, 5, 1, 12, 0, 0, TimeSpan.Zero);

    readonly FakeTimeProvider _time = new(Now);
    readonly ScratchDatabase _database = new(app.PaymentsDb);

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    [Fact]
    public async Task Published_and_applied_rows_are_deleted_after_a_week_and_other_rows_never()
    {
        await AddAsync("old orders", "orders", Now.AddDays(-8), null);
        await AddAsync("old applied", "payments", Now.AddDays(-8), Now.AddDays(-8));
        await AddAsync("old unapplied", "payments", Now.AddYears(-1), null);
        await AddAsync("old unpublished", "payments", null, null);
        await AddAsync("old unpublished orders", "orders", null, null);
        await AddAsync("young orders", "orders", Now.AddDays(-6), null);
        await AddAsync("young applied", "payments", Now.AddDays(-6), Now.AddDays(-6));
        // These rows are more than one batch.
        await _database.ExecuteAsync("""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, published_at)
            SELECT gen_random_uuid(), 'orders', 'old orders', '', '', now(), '', timestamptz '2031-01-01' FROM generate_series(1, 1200)
            """);

        await PruneUntilAsync("SELECT count(*) FROM outbox WHERE key IN ('old orders', 'old applied')");

        Assert.Equal("old unapplied, old unpublished, old unpublished orders, young applied, young orders",
            await _database.QueryAsync<string>("SELECT string_agg(key, ', ' ORDER BY key) FROM outbox"));
    }

    [Fact]
    public async Task Webhook_ids_are_deleted_a_month_after_they_were_applied()
    {
        await _database.ExecuteAsync("""
            INSERT INTO stripe_events (id, type, object_id, received_at, processed_at) VALUES
                ('old', '', '', '2031-03-01', '2031-03-31'),
                ('old waiting', '', '', '2031-03-01', NULL),
                ('young', '', '', '2031-03-01', '2031-04-02')
            """);

        await PruneUntilAsync("SELECT count(*) FROM stripe_events WHERE id = 'old'");

        Assert.Equal(
            "old waiting, young", await _database.QueryAsync<string>("SELECT string_agg(id, ', ' ORDER BY id) FROM stripe_events"));
    }

    [Fact]
    public async Task A_locked_row_is_skipped()
    {
        await AddAsync("held", "orders", Now.AddDays(-8), null);
        await AddAsync("free", "orders", Now.AddDays(-8), null);
        await using var holder = await _database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand hold = new("SELECT FROM outbox WHERE key = 'held' FOR UPDATE", holder, transaction);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await PruneUntilAsync("SELECT count(*) FROM outbox WHERE key = 'free'");

        Assert.Equal("held", await _database.QueryAsync<string>("SELECT string_agg(key, ', ') FROM outbox"));
    }

    [Fact]
    public async Task A_rule_that_fails_stops_neither_the_others_nor_the_service()
    {
        await AddAsync("old orders", "orders", Now.AddDays(-8), null);

        await PruneUntilAsync(
            "SELECT count(*) FROM outbox WHERE key = 'old orders'",
            new PruningRule("missing", "DELETE FROM missing WHERE at < $1 AND n < $2", TimeSpan.FromDays(1)));
    }

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    Task AddAsync(string key, string topic, DateTimeOffset? published, DateTimeOffset? applied) => _database.ExecuteAsync("""
        INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at, published_at, applied_at)
        VALUES (gen_random_uuid(), $1, $2, '', '', now(), '', '2030-01-01', $3, $4)
        """, topic, key, published?.UtcDateTime ?? (object)DBNull.Value, applied?.UtcDateTime ?? (object)DBNull.Value);

    /// <summary>Advances the clock until the query counts no rows.</summary>
    async Task PruneUntilAsync(string remaining, params PruningRule[] moreRules)
    {
        using var worker = new PruningWorker(
            [.. moreRules, .. _database.Rules], _database.Source, _database.Migration, _time, NullLogger<PruningWorker>.Instance);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(61));
            return await _database.QueryAsync<long>(remaining) == 0;
        });
        await worker.StopAsync(TestContext.Current.CancellationToken);
    }
}
