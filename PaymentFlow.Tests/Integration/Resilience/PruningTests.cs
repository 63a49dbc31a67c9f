using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.Persistence.Pruning;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>The pruning rules of both services. The test has its own database and its own clock.</summary>
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
        var counted = 0L;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.pruned") self.EnableMeasurementEvents(instrument);
        };
        // No other test prunes this table.
        listener.SetMeasurementEventCallback<long>((_, rows, tags, _) =>
            Interlocked.Add(ref counted, tags.ToArray().Contains(new("table", "stripe_events")) ? rows : 0));
        listener.Start();
        await _database.ExecuteAsync("""
            INSERT INTO stripe_events (id, type, object_id, received_at, processed_at) VALUES
                ('old', '', '', '2031-03-01', '2031-03-31'),
                ('old waiting', '', '', '2031-03-01', NULL),
                ('young', '', '', '2031-03-01', '2031-04-02')
            """);

        await PruneUntilAsync("SELECT count(*) FROM stripe_events WHERE id = 'old'");

        Assert.Equal(1, Interlocked.Read(ref counted));
        Assert.Equal(
            "old waiting, young", await _database.QueryAsync<string>("SELECT string_agg(id, ', ' ORDER BY id) FROM stripe_events"));
    }

    [Fact]
    public async Task A_payments_history_is_deleted_after_two_years_and_the_payment_never()
    {
        foreach (var (reference, age, last) in new[] { ("old", 800, 800), ("old, refunded lately", 800, 100), ("young", 700, 700) })
        {
            await _database.ExecuteAsync("""
                WITH payment AS (
                    INSERT INTO payments (id, order_id, reference, amount, currency, status)
                    VALUES ($1, gen_random_uuid(), $2, 100, 'usd', 'succeeded') RETURNING id)
                INSERT INTO payment_history (payment_id, version, status, at)
                SELECT id, 1, 'processing', $3 FROM payment UNION ALL SELECT id, 2, 'succeeded', $4 FROM payment
                """, Guid.CreateVersion7(Now.AddDays(-age)), reference, Now.AddDays(-age).UtcDateTime, Now.AddDays(-last).UtcDateTime);
        }

        await PruneUntilAsync("""
            SELECT count(*) FROM payment_history h JOIN payments p ON p.id = h.payment_id WHERE p.reference = 'old'
            """);

        Assert.Equal("old, refunded lately 2, young 1, young 2", await _database.QueryAsync<string>("""
            SELECT string_agg(p.reference || ' ' || h.version, ', ' ORDER BY p.reference, h.version)
            FROM payment_history h JOIN payments p ON p.id = h.payment_id
            """));
        Assert.Equal(3, await _database.QueryAsync<long>("SELECT count(*) FROM payments"));
    }

    [Fact]
    public async Task An_orders_history_its_pushes_and_settled_or_unsigned_dead_letters_are_deleted_and_waiting_ones_never()
    {
        await using ScratchDatabase orders = new(app.PaymentsDb, ofOrders: true);
        await orders.InitializeAsync();
        foreach (var age in new[] { 800, 400, 30 })
        {
            await orders.ExecuteAsync("""
                WITH history AS (
                    INSERT INTO order_history (order_id, version, status, consumed_at, applied_at) VALUES ($1, 2, 'paid', $2, $2)),
                pushes AS (
                    INSERT INTO order_pushes (order_id, version, kind, screens, first_at, last_at)
                    VALUES ($1, 2, 'page', 1, $2, $2), ($1, 2, 'socket', 1, $2, $2)),
                noted AS (
                    INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, description)
                    VALUES ($1, $1::text, sha256(''), 500, 'usd', '[]', $2, $2, 'written past the API') RETURNING id),
                notes AS (
                    INSERT INTO order_notes (id, order_id, author, text, at) SELECT id, id, 'Anna', 'Called.', $2 FROM noted)
                INSERT INTO dead_letters (event_id, topic, "partition", "offset", key, headers, error, signed, received_at, replayed_at)
                VALUES ($1, '', 0, 0, 'replayed', '{}', '', true, $2, $2),
                    (gen_random_uuid(), '', 0, 0, 'unsigned', '{}', '', false, $2, NULL),
                    (gen_random_uuid(), '', 0, 0, 'waiting', '{}', '', true, $2, NULL)
                """, Guid.CreateVersion7(Now.AddDays(-age)), Now.AddDays(-age).UtcDateTime);
        }

        await PruneUntilAsync("""
            SELECT (SELECT count(*) FROM order_history) + (SELECT count(*) FROM order_pushes)
                + (SELECT count(*) FROM order_notes) + (SELECT count(*) FROM dead_letters WHERE key IN ('replayed', 'unsigned')) - 8
            """, orders);

        Assert.Equal((2L, 2L, 2L, 1L, 1L, 3L), (
            await orders.QueryAsync<long>("SELECT count(*) FROM order_history"),
            await orders.QueryAsync<long>("SELECT count(*) FROM order_notes"),
            await orders.QueryAsync<long>("SELECT count(*) FROM order_pushes"),
            await orders.QueryAsync<long>("SELECT count(*) FROM dead_letters WHERE key = 'replayed'"),
            await orders.QueryAsync<long>("SELECT count(*) FROM dead_letters WHERE key = 'unsigned'"),
            await orders.QueryAsync<long>("SELECT count(*) FROM dead_letters WHERE key = 'waiting'")));
    }

    [Fact]
    public async Task Webhooks_are_deleted_with_their_tries_after_a_month_whatever_their_state()
    {
        await using ScratchDatabase orders = new(app.PaymentsDb, ofOrders: true);
        await orders.InitializeAsync();
        foreach (var (age, state) in new[] { (31, "delivered"), (31, "failed"), (31, "pending"), (29, "delivered"), (29, "pending") })
        {
            await orders.ExecuteAsync("""
                WITH delivery AS (
                    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, body, state, tries, created_at)
                    VALUES ($1, gen_random_uuid(), gen_random_uuid(), 'order.paid', '', $2, 1, $3) RETURNING id)
                SELECT 1 FROM delivery
                """, Guid.CreateVersion7(Now.AddDays(-age)), state, Now.AddDays(-age).UtcDateTime);
        }
        await orders.ExecuteAsync("""
            INSERT INTO webhook_tries (delivery_id, number, at, duration_ms) SELECT id, 1, created_at, 5 FROM webhook_deliveries
            """);

        await PruneUntilAsync($"SELECT count(*) FROM webhook_deliveries WHERE created_at < '{Now.AddDays(-30):O}'", orders);

        Assert.Equal("delivered, pending", await orders.QueryAsync<string>(
            "SELECT string_agg(state, ', ' ORDER BY state) FROM webhook_deliveries"));
        Assert.Equal(2, await orders.QueryAsync<long>("SELECT count(*) FROM webhook_tries"));
    }

    [Fact]
    public async Task Every_rule_finds_its_rows_by_an_index()
    {
        await using ScratchDatabase orders = new(app.PaymentsDb, ofOrders: true);
        await orders.InitializeAsync();
        foreach (var (database, rule) in _database.Rules.Select(rule => (_database, rule))
            .Concat(orders.Rules.Select(rule => (orders, rule))))
        {
            await using var connection = await database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            // The tables are empty, so Postgres would read them whole although it could use an index.
            await using (NpgsqlCommand byIndex = new("SET LOCAL enable_seqscan = off", connection))
                await byIndex.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await using NpgsqlCommand explain = new($"EXPLAIN {rule.Sql}", connection);
            foreach (var parameter in (object[])[Now.UtcDateTime, 500, Guid.CreateVersion7()])
                explain.Parameters.Add(new() { Value = parameter });
            await using var line = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            List<string> plan = [];
            while (await line.ReadAsync(TestContext.Current.CancellationToken)) plan.Add(line.GetString(0));

            Assert.DoesNotContain(plan, step => step.Contains("Seq Scan on", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_record_of_operators_accepts_inserts_only_and_loses_only_what_is_years_old()
    {
        var token = TestContext.Current.CancellationToken;
        OperatorActionStore actions = new(_database.Source, TimeProvider.System);
        await actions.RecordAsync(new(new("anna", IPAddress.Parse("2001:db8::7")), "payment.refund", "of now"), token);
        // Within the year by the database's clock, and long ago by the service's.
        await AddAsync("of last month", "now() - interval '30 days'");
        await AddAsync("of long ago", "now() - interval '3 years'");

        foreach (var sql in (string[])[
            "UPDATE operator_actions SET actor = 'boris'", "DELETE FROM operator_actions", "TRUNCATE operator_actions",
            "DELETE FROM operator_actions WHERE target = 'of last month'"])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => _database.ExecuteAsync(sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
        await PruneUntilAsync("SELECT count(*) FROM operator_actions WHERE target = 'of long ago'");

        var left = await actions.ListAsync(new(null, null, null, null, null), after: null, limit: 10, token);
        Assert.Equal([("anna", "2001:db8::7", "of now"), ("anna", null, "of last month")],
            left.Select(action => (action.Actor, action.Address, action.Target)));

        Task AddAsync(string target, string at) => _database.ExecuteAsync(
            $"INSERT INTO operator_actions (id, actor, action, target, at) VALUES (gen_random_uuid(), 'anna', '', '{target}', {at})");
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
            "SELECT count(*) FROM outbox WHERE key = 'old orders'", null,
            new PruningRule("missing", "DELETE FROM missing WHERE at < $1 AND n < $2", TimeSpan.FromDays(1)));
    }

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    Task AddAsync(string key, string topic, DateTimeOffset? published, DateTimeOffset? applied) => _database.ExecuteAsync("""
        INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at, published_at, applied_at)
        VALUES (gen_random_uuid(), $1, $2, '', '', now(), '', '2030-01-01', $3, $4)
        """, topic, key, published?.UtcDateTime ?? (object)DBNull.Value, applied?.UtcDateTime ?? (object)DBNull.Value);

    /// <summary>Advances the clock until the query counts no rows.</summary>
    async Task PruneUntilAsync(string remaining, ScratchDatabase? of = null, params PruningRule[] moreRules)
    {
        var database = of ?? _database;
        using var worker = new PruningWorker(
            [.. moreRules, .. database.Rules], database.Source, database.Migration, _time, NullLogger<PruningWorker>.Instance);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(61));
            return await database.QueryAsync<long>(remaining) == 0;
        });
        await worker.StopAsync(TestContext.Current.CancellationToken);
    }
}
