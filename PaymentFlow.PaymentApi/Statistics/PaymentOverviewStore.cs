using Npgsql;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.RollUps;

namespace PaymentFlow.PaymentApi.Statistics;

/// <summary>Reads the statistics of a range: what is rolled up, and the newest rows of the history.</summary>
public sealed class PaymentOverviewStore(NpgsqlDataSource dataSource)
{
    // One statement, so that a roll-up meanwhile neither hides a row nor counts it twice. Bucket -1 is the previous range.
    static readonly string Sql = $"""
        WITH counted AS (
            SELECT at, currency, measure, reason, count, amount FROM payment_statistics
            WHERE (at >= $1 AND at < $2) OR (at >= $3 AND at < $4)
            UNION ALL
            SELECT * FROM ({Newest}) newest WHERE (at >= $1 AND at < $2) OR (at >= $3 AND at < $4))
        SELECT currency, CASE WHEN at >= $3 THEN width_bucket(at, $5) - 1 ELSE -1 END AS bucket, measure, reason,
            sum(count)::bigint, sum(amount)::bigint
        FROM counted WHERE $6 IS NULL OR currency = $6
        GROUP BY 1, 2, 3, 4
        """;

    static string Newest =>
        PaymentRollUp.Additions($"(SELECT up_to FROM roll_ups WHERE name = '{PaymentRollUp.Name}')", "'infinity'");

    /// <param name="currency">Null for all currencies.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<CurrencyOverview>> ReadAsync(
        StatisticsRange range, IReadOnlyList<DateTime> buckets, string? currency, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(RolledUpCounts.Prefer());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql)
            .With(range.PreviousFrom).With(range.PreviousTo).With(range.From).With(range.To).With(buckets.ToArray()).With(currency));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        SortedDictionary<string, CurrencyCounts> counts = new(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
        {
            var name = row.GetString(0);
            if (!counts.TryGetValue(name, out var of)) counts[name] = of = new CurrencyCounts(buckets.Count);
            of.Add(row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5));
        }
        return [.. counts.Select(one => one.Value.ToOverview(one.Key, buckets))];
    }
}
