using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.OrderService.Live;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Statistics;

/// <summary>Reads the statistics from the database and from Kafka.</summary>
sealed class OrderStatisticsStore(
    NpgsqlDataSource dataSource, OutboxStatisticsReader outbox, [FromKeyedServices(Topics.Payments)] ConsumerGroupLag lag,
    TimeProvider time)
{
    // Uses index dead_letters_waiting.
    const string DeadLetters = """
        SELECT count(*), coalesce(extract(epoch FROM now() - min(received_at)), 0)::double precision
        FROM dead_letters WHERE replayed_at IS NULL
        """;

    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<OrderStatistics> ReadAsync(CancellationToken cancellationToken)
    {
        var asked = lag.ReadAsync(cancellationToken);
        var passed = await outbox.ReadAsync(cancellationToken);
        var dead = await DeadLettersAsync(cancellationToken);
        var behind = await asked;
        return new OrderStatistics(time.GetUtcNow(), passed, dead, behind, LiveMetrics.Open);
    }

    async Task<Waiting> DeadLettersAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeadLetters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new Waiting(row.GetInt64(0), row.GetDouble(1));
    }
}
