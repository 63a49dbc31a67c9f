using Npgsql;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.PaymentList;

/// <summary>
/// Writes payments of the last 60 days in all statuses, with attempts, descriptions and disputes. Some values are rare, or only the oldest
/// payments have them, because these are the hard cases of a filter.
/// </summary>
static class ListedPayments
{
    /// <summary>Of 1,000,000 payments: the oldest 200 are in yen, and the oldest 50 have the word "antique" in the description.</summary>
    public static async Task AddAsync(BenchmarkWorld world, int count)
    {
        await using var connection = await world.PaymentsDb.OpenConnectionAsync();
        // The rows are consistent, and after a crash the benchmark starts again.
        await ExecuteAsync(connection, $$"""
            SET session_replication_role = replica; SET synchronous_commit = off;
            CREATE TEMPORARY TABLE listed AS
            SELECT i, at, lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS ms,
                CASE WHEN i % 1000 = 7 THEN 'refunded' WHEN i % 2000 = 9 THEN 'partially_refunded' WHEN i % 12 = 3 THEN 'failed'
                    WHEN i % 9 = 4 THEN 'canceled' WHEN i % 50000 = 5 THEN 'processing' WHEN i % 100000 = 6 THEN 'requires_action'
                    ELSE 'succeeded' END AS status
            FROM (SELECT i, now() - interval '60 days' + i * interval '60 days' / {{count}} AS at
                FROM generate_series(0, {{count - 1}}) AS i) AS times;
            INSERT INTO payments (id, order_id, reference, amount, amount_refunded, currency, status, version, payment_intent_id,
                attempt_id, attempts, created_at, updated_at, reconcile_at)
            SELECT {{IdSql(0x8001)}}, {{IdSql(0x8000)}}, 'PF-' || upper(substr(md5(i::text), 1, 12)), 500 + i * 7919::bigint % 20000,
                CASE status WHEN 'refunded' THEN 500 + i * 7919::bigint % 20000 WHEN 'partially_refunded' THEN 1 ELSE 0 END,
                CASE WHEN i < 200 THEN 'jpy' WHEN i % 10 = 0 THEN 'eur' WHEN i % 100 = 1 THEN 'gbp' ELSE 'usd' END,
                status, 3, 'pi_' || md5('x' || i), {{IdSql(0x8002)}}, 1, at, at, now() + interval '1 day'
            FROM listed;
            INSERT INTO payment_attempts (id, payment_id, number, payment_method, status, method_brand, method_last4, started_at)
            SELECT {{IdSql(0x8002)}}, {{IdSql(0x8001)}}, 1, 'pm_card_visa', 'succeeded', 'visa', '4242', at FROM listed;
            INSERT INTO payment_descriptions (payment_id, description, words)
            SELECT {{IdSql(0x8001)}}, array_to_string(words, ' '), array_to_tsvector(words)
            FROM (SELECT *, ARRAY[(ARRAY['mug', 'bag', 'poster', 'lamp'])[i % 4 + 1], 'item', 'n' || i % 1000,
                CASE WHEN i < {{count}} * 0.3 THEN 'winter' ELSE 'summer' END, CASE WHEN i < 50 THEN 'antique' ELSE 'new' END] AS words
                FROM listed) AS described;
            INSERT INTO disputes (id, payment_id, amount, currency, reason, status, created_at)
            SELECT 'dp_' || i, {{IdSql(0x8001)}}, 500, 'usd', 'fraudulent', 'lost', at FROM listed WHERE i % 5000 = 11;
            DROP TABLE listed;
            RESET session_replication_role; RESET synchronous_commit
            """);
        // Vacuum now, so that autovacuum does not run during the measurement.
        foreach (var table in (string[])["payments", "payment_attempts", "payment_descriptions", "disputes"])
            await ExecuteAsync(connection, $"VACUUM (ANALYZE) {table}");
        await ExecuteAsync(connection, "CHECKPOINT");
    }

    /// <summary>A UUIDv7 of the row's time. Rows of one millisecond differ by their number.</summary>
    static string IdSql(int variant) =>
        $"(substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7000-{variant:x4}-' || lpad(to_hex(i), 12, '0'))::uuid";

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
