using Npgsql;
using PaymentFlow.Contracts.Attention;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Attention;

/// <summary>Reads what a person should look at, by the service's <see cref="AttentionQuery"/>s, in one round trip.</summary>
public sealed class AttentionReader(NpgsqlDataSource dataSource, IEnumerable<AttentionQuery> queries, TimeProvider time)
{
    readonly AttentionQuery[] _queries = [.. queries];

    /// <param name="limit">The maximum number of items of each kind. The counts are of all.</param>
    /// <param name="complete">Adds to an item what is not in the database.</param>
    public async Task<AttentionList> ReadAsync(int limit, Func<AttentionItem, AttentionItem> complete, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        foreach (var query in _queries)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT count(*) FROM ({query.Sql}) AS item"));
            batch.BatchCommands.Add(
                new NpgsqlBatchCommand($"SELECT * FROM ({query.Sql}) AS item ORDER BY {query.Order} LIMIT $1").With(limit));
        }
        List<AttentionKind> kinds = [];
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var query in _queries)
        {
            await row.ReadAsync(cancellationToken);
            var count = row.GetInt64(0);
            await row.NextResultAsync(cancellationToken);
            List<AttentionItem> items = [];
            while (await row.ReadAsync(cancellationToken)) items.Add(complete(Read(row)));
            await row.NextResultAsync(cancellationToken);
            kinds.Add(new AttentionKind(query.Kind, count, items));
        }
        return new AttentionList(time.GetUtcNow(), kinds);
    }

    static AttentionItem Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.Value<Guid>(2), row.Text(3), row.Value<long>(4), row.Text(5),
        row.Text(6), row.Text(7), row.Value<DateTimeOffset>(8), row.Text(9), Times: row.Value<int>(10));
}
