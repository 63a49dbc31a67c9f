using Npgsql;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Overview;

/// <summary>
/// Writes payments of the last 60 days, evenly spread, in three currencies: one in ten is declined at first, one in twenty for good, and
/// one in 25 is partially refunded. Each paid order was shown on a screen.
/// </summary>
static class OverviewHistory
{
    const int Days = 60;
    const int Chunk = 200_000;

    /// <summary>Writes payments, in <see cref="Days"/> days together.</summary>
    public static async Task WriteAsync(BenchmarkWorld world, int count)
    {
        for (var (left, number) = (count, 1); left > 0; left -= Chunk, number++)
        {
            OrderBatch orders = new(number, Math.Min(left, Chunk));
            Span span = new(Chunk * (number - 1), count);
            await Task.WhenAll(
                ExecuteAsync(world.PaymentsDb, PaymentsSql(orders, span)), ExecuteAsync(world.OrdersDb, OrdersSql(orders, span)));
        }
        foreach (var (database, name) in new[] { (world.PaymentsDb, "payment_statistics"), (world.OrdersDb, "screen_statistics") })
        {
            await using var vacuum = database.CreateCommand("VACUUM (ANALYZE)");
            await vacuum.ExecuteNonQueryAsync();
            await using var restart = database.CreateCommand(
                $"UPDATE roll_ups SET up_to = now() - interval '{Days + 1} days' WHERE name = '{name}'");
            await restart.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Waits until the services have rolled up everything.</summary>
    /// <returns>How long it took from the first step to the last.</returns>
    public static async Task<TimeSpan> RolledUpAsync(NpgsqlDataSource database)
    {
        await UntilAsync(database, $"up_to > now() - interval '{Days} days'");
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        await UntilAsync(database, "up_to > now() - interval '5 minutes'");
        return System.Diagnostics.Stopwatch.GetElapsedTime(started);
    }

    static async Task UntilAsync(NpgsqlDataSource database, string condition)
    {
        while (true)
        {
            await using var command = database.CreateCommand($"SELECT {condition} FROM roll_ups");
            if ((bool)(await command.ExecuteScalarAsync())!) return;
            await Task.Delay(100);
        }
    }

    /// <param name="First">The place of the batch's first payment among all.</param>
    readonly record struct Span(int First, int Count)
    {
        public string AtSql =>
            $"now() - interval '{Days} days' + ({First} + i) * (interval '{Days} days' / {Count}) - interval '10 minutes'";
    }

    static string IdOf(OrderBatch orders, int variant) =>
        orders.IdSql.Replace("-7000-8000-", $"-7000-{variant:x4}-", StringComparison.Ordinal);

    static string PaymentsSql(OrderBatch orders, Span span)
    {
        var payment = IdOf(orders, 0x8001);
        return $"""
            CREATE TEMPORARY TABLE made AS
            SELECT i, {payment} AS id, {orders.IdSql} AS order_id, {IdOf(orders, 0x8002)} AS first, {IdOf(orders, 0x8003)} AS second,
                {span.AtSql} AS at, 500 + i::bigint * 7919 % 20000 AS amount, (ARRAY['usd', 'eur', 'gbp'])[1 + i % 3] AS currency,
                i % 10 = 0 AS declined, i % 20 = 0 AS lost, i % 25 = 1 AS refunded
            FROM {orders.SeriesSql};
            INSERT INTO payments (id, order_id, reference, amount, amount_refunded, currency, status, version, payment_intent_id,
                attempt_id, attempts, created_at, updated_at, reconcile_at)
            SELECT id, order_id, 'O{orders.Number:x}-' || i, amount, CASE WHEN refunded THEN amount / 2 ELSE 0 END, currency,
                CASE WHEN lost THEN 'failed' WHEN refunded THEN 'partially_refunded' ELSE 'succeeded' END,
                3 + CASE WHEN declined AND NOT lost THEN 2 WHEN refunded THEN 1 ELSE 0 END, 'pi_overview_{orders.Number:x}_' || i,
                CASE WHEN declined AND NOT lost THEN second ELSE first END, CASE WHEN declined AND NOT lost THEN 2 ELSE 1 END, at, at, at
            FROM made;
            INSERT INTO payment_attempts (id, payment_id, number, payment_method, status, code, decline_code, started_at, completed_at)
            SELECT first, id, 1, 'pm_card_visa', CASE WHEN declined THEN 'failed' ELSE 'succeeded' END,
                CASE WHEN declined THEN 'card_declined' END,
                CASE WHEN declined THEN (ARRAY['insufficient_funds', 'do_not_honor', 'stolen_card', 'generic_decline'])[1 + i / 10 % 4] END,
                at, at + interval '500 milliseconds'
            FROM made;
            INSERT INTO payment_attempts (id, payment_id, number, payment_method, status, started_at, completed_at)
            SELECT second, id, 2, 'pm_card_visa', 'succeeded', at, at + interval '1 second' FROM made WHERE declined AND NOT lost;
            INSERT INTO payment_history (payment_id, version, status, attempt_id, amount_refunded, at)
            SELECT id, v, CASE WHEN v = 3 AND declined THEN 'failed' WHEN v IN (3, 5) THEN 'succeeded'
                    WHEN v = 4 AND refunded THEN 'partially_refunded' ELSE 'processing' END,
                CASE WHEN v > 3 AND declined THEN second WHEN v BETWEEN 2 AND 3 THEN first END,
                CASE WHEN v = 4 AND refunded THEN amount / 2 ELSE 0 END, at + v * interval '100 milliseconds'
            FROM made CROSS JOIN generate_series(1, 5) AS v
            WHERE v <= 3 OR (declined AND NOT lost) OR (v = 4 AND refunded) ORDER BY i, v;
            DROP TABLE made;
            """;
    }

    static string OrdersSql(OrderBatch orders, Span span) => $"""
        CREATE TEMPORARY TABLE made AS SELECT i, {orders.IdSql} AS id, {span.AtSql} AS at FROM {orders.SeriesSql};
        INSERT INTO orders (id, reference, secret_hash, status, payment_id, payment_version, amount, currency, items, created_at,
            updated_at)
        SELECT id, 'O{orders.Number:x}-' || i, sha256(convert_to({orders.SecretSql}, 'UTF8')), 'paid', id, 3, 1800, 'usd', '[]', at, at
        FROM made;
        INSERT INTO order_history (order_id, version, status, event_at, consumed_at, applied_at)
        SELECT id, 4, 'paid', at, at, at + interval '3 milliseconds' FROM made;
        INSERT INTO order_pushes (order_id, version, kind, screens, first_at, last_at)
        SELECT id, 4, 'socket', 1, shown, shown
        FROM (SELECT id, at + (5 + i % 40 + CASE WHEN i % 50 = 0 THEN i % 400 ELSE 0 END) * interval '1 millisecond' AS shown FROM made) s;
        DROP TABLE made;
        """;

    /// <summary>Without foreign keys and synchronous commits, as the rows are consistent and can be written again.</summary>
    static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using NpgsqlCommand command = new(
            $"SET session_replication_role = replica; SET synchronous_commit = off; {sql} RESET ALL;", connection);
        await command.ExecuteNonQueryAsync();
    }
}
