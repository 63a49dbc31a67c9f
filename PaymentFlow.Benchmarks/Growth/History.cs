using Npgsql;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Growth;

/// <summary>Writes old, settled payments with all rows that a payment leaves in both databases.</summary>
static class History
{
    const int FirstBatch = 1;
    const int Chunk = 200_000;

    // A step of a sweep takes less.
    const int StepSeconds = 5;

    static int _batches;

    /// <summary>Adds <paramref name="count"/> settled payments to both databases.</summary>
    public static async Task AddAsync(BenchmarkWorld world, int count)
    {
        for (var left = count; left > 0; left -= Chunk)
        {
            OrderBatch orders = new(FirstBatch + _batches++, Math.Min(left, Chunk));
            await Task.WhenAll(ExecuteAsync(world.PaymentsDb, Payments(orders)), ExecuteAsync(world.OrdersDb, Orders(orders)));
        }
        await SkipSweepsAsync(world);
        string[] payments = ["payments", "payment_attempts", "payment_history", "outbox"];
        string[] ordered = ["orders", "order_history", "order_pushes", "outbox"];
        await Task.WhenAll(VacuumAsync(world.PaymentsDb, payments), VacuumAsync(world.OrdersDb, ordered));
    }

    /// <summary>
    /// Moves the sweeps to the end of the outbox, where they are in a shop that has grown slowly. They would walk through the history.
    /// </summary>
    static async Task SkipSweepsAsync(BenchmarkWorld world)
    {
        await using var end = world.OrdersDb.CreateCommand(
            "UPDATE webhook_sweep SET swept_to = (SELECT max(id) FROM outbox) RETURNING swept_to");
        var last = (long)(await end.ExecuteScalarAsync())!;
        await using var skip = world.PaymentsDb.CreateCommand(
            $"UPDATE delivery_sweep SET compared_to = {last} WHERE compared_to < {last}");
        // A step that has begun before moves its sweep back.
        for (var quiet = 0; quiet < StepSeconds; quiet++)
        {
            if (await skip.ExecuteNonQueryAsync() > 0) quiet = 0;
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    // Separate ids for payments and attempts, in the same ascending order as the orders' ids.
    static string IdOf(OrderBatch orders, int variant) =>
        orders.IdSql.Replace("-7000-8000-", $"-7000-{variant:x4}-", StringComparison.Ordinal);

    static string Payments(OrderBatch orders)
    {
        var (payment, attempt) = (IdOf(orders, 0x8001), IdOf(orders, 0x8002));
        return $$"""
            INSERT INTO payments (id, order_id, reference, amount, currency, status, version, payment_intent_id,
                attempt_id, attempts, created_at, updated_at, reconcile_at)
            SELECT {{payment}}, {{orders.IdSql}}, 'H{{orders.Number:x}}-' || i, 1800, 'usd', 'succeeded', 3,
                'pi_history_{{orders.Number:x}}_' || i, {{attempt}}, 1, at, at, at
            FROM (SELECT i, now() - interval '30 days' + i * interval '10 milliseconds' AS at FROM {{orders.SeriesSql}}) s;
            INSERT INTO payment_attempts (id, payment_id, number, payment_method, status, started_at, completed_at)
            SELECT {{attempt}}, {{payment}}, 1, 'pm_card_visa', 'succeeded', now() - interval '30 days', now() - interval '30 days'
            FROM {{orders.SeriesSql}};
            INSERT INTO payment_history (payment_id, version, status, attempt_id, at)
            SELECT {{payment}}, v, CASE v WHEN 3 THEN 'succeeded' ELSE 'processing' END, CASE WHEN v > 1 THEN {{attempt}} END,
                now() - interval '30 days'
            FROM {{orders.SeriesSql}} CROSS JOIN generate_series(1, 3) AS v;
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at, leased_until, published_at, applied_at)
            SELECT {{payment}}, 'payments', {{orders.IdSql}}::text, 'payment.succeeded', '/payment-api', now() - interval '6 days',
                convert_to('{"paymentId":"' || {{payment}} || '","orderId":"' || {{orders.IdSql}} || '","reference":null,'
                    || '"paymentVersion":3,"status":"succeeded","amount":1800,"amountRefunded":0,"currency":"usd"}', 'UTF8'),
                now() - interval '6 days', now() - interval '6 days', now() - interval '6 days', now() - interval '6 days'
            FROM {{orders.SeriesSql}};
            """;
    }

    static string Orders(OrderBatch orders)
    {
        var payment = IdOf(orders, 0x8001);
        return $$"""
            INSERT INTO orders (id, reference, secret_hash, status, payment_id, payment_version, amount, currency, items,
                created_at, updated_at)
            SELECT {{orders.IdSql}}, 'H{{orders.Number:x}}-' || i, sha256(convert_to({{orders.SecretSql}}, 'UTF8')),
                'paid', {{payment}}, 3, 1800, 'usd', '[{"productId":"mug","name":"Stoneware mug","quantity":1,"unitAmount":1800}]',
                now() - interval '30 days', now() - interval '30 days'
            FROM {{orders.SeriesSql}};
            INSERT INTO order_history (order_id, version, status, consumed_at, applied_at)
            SELECT {{orders.IdSql}}, 4, 'paid', now() - interval '30 days', now() - interval '30 days' FROM {{orders.SeriesSql}};
            INSERT INTO order_pushes (order_id, version, kind, screens, first_at, last_at)
            SELECT {{orders.IdSql}}, 4, 'socket', 1, now() - interval '30 days', now() - interval '30 days' FROM {{orders.SeriesSql}};
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at, leased_until, published_at)
            SELECT {{payment}}, 'orders', {{orders.IdSql}}::text, type, '/order-service', now() - interval '6 days',
                convert_to('{"orderId":"' || {{orders.IdSql}} || '","version":4,"status":"paid","amount":1800,'
                    || '"amountRefunded":0,"currency":"usd"}', 'UTF8'),
                now() - interval '6 days', now() - interval '6 days', now() - interval '6 days'
            FROM {{orders.SeriesSql}} CROSS JOIN unnest(ARRAY['order.created', 'order.paid']) AS type;
            """;
    }

    /// <summary>
    /// Turns off foreign keys and synchronous commits to save time: the rows are consistent, and after a crash the benchmark starts
    /// again.
    /// </summary>
    static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using NpgsqlCommand command = new(
            $"SET session_replication_role = replica; SET synchronous_commit = off; {sql} RESET ALL;", connection);
        await command.ExecuteNonQueryAsync();
    }

    static async Task VacuumAsync(NpgsqlDataSource database, IEnumerable<string> tables)
    {
        // Vacuum now, so that autovacuum does not run during the measurement.
        foreach (var table in tables)
        {
            await using var command = database.CreateCommand($"VACUUM (ANALYZE) {table}");
            await command.ExecuteNonQueryAsync();
        }
        await using var checkpoint = database.CreateCommand("CHECKPOINT");
        await checkpoint.ExecuteNonQueryAsync();
    }
}
