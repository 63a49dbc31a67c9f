using Npgsql;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Statistics;

/// <summary>Counts unfinished payments and events. The queries use partial indexes, so finished rows cost nothing.</summary>
sealed class PaymentStatisticsStore(NpgsqlDataSource dataSource, OutboxStatisticsReader outbox, TimeProvider time)
{
    // Uses the indexes outbox_unapplied and payments_open.
    const string Sql = """
        SELECT (SELECT count(*) FROM outbox WHERE topic = 'payments' AND published_at IS NOT NULL AND applied_at IS NULL),
            count(*), coalesce(extract(epoch FROM now() - min(updated_at)), 0)::double precision, (SELECT count(*) FROM orders_ahead)
        FROM payments WHERE status = 'processing' AND attempt_id IS NOT NULL
        """;

    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<PaymentStatistics> ReadAsync(CancellationToken cancellationToken)
    {
        var passed = await outbox.ReadAsync(cancellationToken);
        await using var command = dataSource.CreateCommand(Sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new PaymentStatistics(
            time.GetUtcNow(), passed, row.GetInt64(0), new Waiting(row.GetInt64(1), row.GetDouble(2)), row.GetInt64(3));
    }
}
