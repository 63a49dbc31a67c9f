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
            new NpgsqlBatchCommand("SELECT id, version, payment_version FROM orders WHERE id = ANY($1)").With(ids));
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("SELECT key, data FROM dead_letters WHERE key = ANY($1) AND topic = $2 AND replayed_at IS NULL")
                .With(ids.Select(id => id.ToString()).ToArray()).With(Topics.Payments));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        Dictionary<Guid, OrderVersions> versions = new(ids.Length);
        while (await row.ReadAsync(cancellationToken)) versions[row.GetGuid(0)] = new(row.GetInt64(1), row.GetInt64(2));
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

    /// <summary>The present state of each order in <paramref name="seen"/> that is newer than the version given there.</summary>
    public async Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            SELECT o.id, o.reference, o.version, o.status, o.payment_id, o.payment_version, o.amount, o.amount_refunded, o.currency,
                o.updated_at
            FROM unnest($1, $2) AS s (id, version) JOIN orders o ON o.id = s.id AND o.version > s.version
            """);
        command.With(seen.Keys.ToArray()).With(seen.Values.ToArray());
        return await command.ListAsync(row => new OrderEvent(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetString(3),
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
