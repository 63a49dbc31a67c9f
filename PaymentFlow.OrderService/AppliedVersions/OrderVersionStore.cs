using System.Text.Json;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.AppliedVersions;

/// <summary>Reads for two sweeps: PaymentApi's delivery check and the screens' sweep.</summary>
sealed class OrderVersionStore(NpgsqlDataSource dataSource) : IOrderStateReader
{
    /// <summary>The versions of the orders that exist among <paramref name="ids"/>.</summary>
    public async Task<Dictionary<Guid, OrderVersions>> VersionsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new("SELECT id, version, payment_version FROM orders WHERE id = ANY($1)")
        {
            Parameters = { new() { Value = ids } },
        });
        batch.BatchCommands.Add(new("SELECT key, data FROM dead_letters WHERE key = ANY($1) AND topic = $2 AND replayed_at IS NULL")
        {
            Parameters = { new() { Value = ids.Select(id => id.ToString()).ToArray() }, new() { Value = Topics.Payments } },
        });
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
        command.Parameters.Add(new() { Value = seen.Keys.ToArray() });
        command.Parameters.Add(new() { Value = seen.Values.ToArray() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        List<OrderEvent> newer = [];
        while (await row.ReadAsync(cancellationToken))
        {
            newer.Add(new OrderEvent(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetString(3),
                row.IsDBNull(4) ? null : row.GetGuid(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetString(8),
                row.GetFieldValue<DateTimeOffset>(9)));
        }
        return newer;
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
