using System.Text.Json;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.AppliedVersions;

/// <summary>Reads for two sweeps: PaymentApi's delivery check and the screens' sweep.</summary>
sealed class OrderVersionStore(NpgsqlDataSource dataSource) : IOrderStateReader
{
    /// <summary>The versions of the orders that exist among <paramref name="ids"/>.</summary>
    public async Task<Dictionary<Guid, OrderVersions>> VersionsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("SELECT id, version, payment_version, payment_id, status FROM orders WHERE id = ANY($1)").With(ids));
        // An event that is not signed is not PaymentApi's, whatever it says.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "SELECT key, data FROM dead_letters WHERE key = ANY($1) AND topic = $2 AND replayed_at IS NULL AND signed")
            .With(ids.Select(id => id.ToString()).ToArray()).With(Topics.Payments));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        Dictionary<Guid, OrderVersions> versions = new(ids.Length);
        while (await row.ReadAsync(cancellationToken)) versions[row.GetGuid(0)] = ReadVersions(row, 1);
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            // Skip dead letters of unknown orders.
            if (row.IsDBNull(1) || Read(row.GetFieldValue<byte[]>(1)) is not { } dead || dead.OrderId.ToString() != row.GetString(0)
                || !versions.TryGetValue(dead.OrderId, out var order)) continue;
            versions[dead.OrderId] = order with
            {
                DeadLetteredPaymentVersions = [.. order.DeadLetteredPaymentVersions ?? [], dead.PaymentVersion],
            };
        }
        return versions;
    }

    /// <summary>
    /// Walks the outbox, which has a row for each change of an order that others can see. Follows its primary key, so no change needs a
    /// further index. Stops at the first row that is younger than <paramref name="minAge"/>, because an earlier row may not be committed.
    /// </summary>
    /// <param name="after">The end of the previous part; 0 for the first.</param>
    public async Task<OrderChanges> ChangesAsync(long after, int limit, TimeSpan minAge, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        // The plan for any limit would read all orders.
        batch.BatchCommands.Add(IndexScans.PreferByIds());
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            SELECT c.id, c.created_at <= now() - $3, o.id, o.version, o.payment_version, o.payment_id, o.status
            FROM (SELECT id, key, created_at FROM outbox WHERE id > $1 ORDER BY id LIMIT $2) c
            LEFT JOIN orders o ON o.id = CASE WHEN c.key ~ '^[0-9a-f-]{36}$' THEN c.key::uuid END
            ORDER BY c.id
            """).With(after).With(limit).With(minAge));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT coalesce(max(id), $1) FROM outbox").With(after));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var next = after;
        Dictionary<Guid, OrderVersions> orders = [];
        while (await row.ReadAsync(cancellationToken) && row.GetBoolean(1))
        {
            next = row.GetInt64(0);
            if (!row.IsDBNull(2) && row.GetInt64(4) > 0) orders[row.GetGuid(2)] = ReadVersions(row, 3);
        }
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        // The database was restored from a backup, and its sequence has begun again before the caller's position.
        if (row.GetInt64(0) < after) next = 0;
        return new OrderChanges(next, orders);
    }

    static OrderVersions ReadVersions(NpgsqlDataReader row, int first) => new(
        row.GetInt64(first), row.GetInt64(first + 1), PaymentId: row.Value<Guid>(first + 2), Status: row.GetString(first + 3));

    /// <summary>The present state of each order in <paramref name="seen"/> that is newer than the version given there.</summary>
    public async Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.PreferByIds());
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            SELECT o.id, o.reference, o.version, o.status, o.payment_id, o.payment_version, o.amount, o.amount_refunded, o.currency,
                o.updated_at
            FROM unnest($1, $2) AS s (id, version) JOIN orders o ON o.id = s.id AND o.version > s.version
            """).With(seen.Keys.ToArray()).With(seen.Values.ToArray()));
        return await batch.ListAsync(row => new OrderEvent(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetString(3),
            row.Value<Guid>(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetString(8),
            row.GetFieldValue<DateTimeOffset>(9)), cancellationToken);
    }

    static PaymentEvent? Read(byte[] data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, EventJson.Default.PaymentEvent);
        }
        catch (JsonException)
        {
            // Invalid JSON is often the reason for the dead letter. PaymentApi's own events are valid.
            return null;
        }
    }
}
