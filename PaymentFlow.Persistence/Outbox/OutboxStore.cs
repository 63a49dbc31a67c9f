using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Leases;

namespace PaymentFlow.Persistence.Outbox;

/// <summary>
/// The relay's access to the table <c>outbox</c>. Services enqueue rows themselves, in the statement that makes the event true.
/// </summary>
public sealed class OutboxStore(NpgsqlDataSource dataSource)
{
    /// <summary>Held by the replica that sweeps.</summary>
    public Lease Sweep { get; } = new(dataSource, "outbox");

    /// <summary>Whether there are unpublished rows that their writer has had time to publish.</summary>
    public async Task<bool> IsAnyLeftAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(
            "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL AND leased_until < now())");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// The unpublished rows that their writer has had time to publish and whose id is above <paramref name="after"/>, oldest first. Only
    /// for the holder of <see cref="Sweep"/>.
    /// </summary>
    public async Task<IReadOnlyList<OutboxEntry>> LeftAsync(long after, int limit, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT id, topic, event_id, type, source, time, key, data, traceparent FROM outbox
            WHERE published_at IS NULL AND leased_until < now() AND id > $1 ORDER BY id LIMIT $2
            """;
        // One trace per second of a usually empty table would hide the traces of payments.
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.Prefer());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql).With(after).With(limit));
        return await batch.ListAsync(row => new OutboxEntry(row.GetInt64(0), row.GetString(1), new CloudEvent(
            row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5), row.GetString(6),
            row.GetFieldValue<byte[]>(7), row.Text(8))), cancellationToken);
    }

    /// <summary>Stores when Kafka acknowledged each row. A row that is already marked keeps its time.</summary>
    public async Task MarkPublishedAsync(IEnumerable<PublishResult> deliveries, CancellationToken cancellationToken)
    {
        var sorted = deliveries.OrderBy(delivery => delivery.Id).ToList();
        // A batch contains events of many payments, so it belongs to none of their traces.
        using var untraced = SuppressInstrumentationScope.Begin();
        // Select by id only: with "AND published_at IS NULL", Postgres would scan the whole index of unpublished rows instead.
        const string Sql = """
            UPDATE outbox o SET published_at = coalesce(o.published_at, d.at) FROM unnest($1, $2) AS d (id, at) WHERE o.id = d.id
            """;
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.PreferByIds());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql)
            .With(sorted.Select(delivery => delivery.Id).ToArray()).With(sorted.Select(delivery => delivery.At.UtcDateTime).ToArray()));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<OutboxBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(
            """
            SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::double precision
            FROM outbox WHERE published_at IS NULL
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutboxBacklog(reader.GetInt64(0), reader.GetDouble(1));
    }
}

/// <param name="Depth">Rows that wait to be published.</param>
/// <param name="AgeSeconds">Age of the oldest of them, in seconds; 0 when none waits.</param>
public readonly record struct OutboxBacklog(long Depth, double AgeSeconds);
