using Npgsql;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.RollUps;

namespace PaymentFlow.OrderService.Statistics;

/// <summary>Reads the times of a range: what is rolled up, and the newest rows of the history.</summary>
sealed class ScreenOverviewStore(NpgsqlDataSource dataSource)
{
    // One statement, so that a roll-up meanwhile neither hides a row nor counts it twice.
    static readonly string Sql = $"""
        WITH counted AS (
            SELECT at, bin, count FROM screen_statistics WHERE (at >= $1 AND at < $2) OR (at >= $3 AND at < $4)
            UNION ALL
            SELECT at, bin, 1 FROM ({Newest}) newest WHERE (at >= $1 AND at < $2) OR (at >= $3 AND at < $4))
        SELECT at >= $3, bin, sum(count)::bigint FROM counted GROUP BY 1, 2
        """;

    static string Newest => ScreenRollUp.Additions($"(SELECT up_to FROM roll_ups WHERE name = '{ScreenRollUp.Name}')", "'infinity'");

    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<ScreenOverview> ReadAsync(StatisticsRange range, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(RolledUpCounts.Prefer());
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(Sql).With(range.PreviousFrom).With(range.PreviousTo).With(range.From).With(range.To));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        ScreenTimes current = new(), previous = new();
        while (await row.ReadAsync(cancellationToken)) (row.GetBoolean(0) ? current : previous).Add(row.GetInt32(1), row.GetInt64(2));
        return new ScreenOverview(
            range.From, range.To, range.PreviousFrom, range.PreviousTo, current.ToTotals(), previous.ToTotals());
    }
}
