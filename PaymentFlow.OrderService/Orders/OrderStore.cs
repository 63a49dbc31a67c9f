using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Creates and reads orders. <see cref="Payments.OrderUpdateStore"/> applies payment events to them.</summary>
sealed class OrderStore(NpgsqlDataSource dataSource, OutboxRelay relay)
{
    public const string EventSource = "/order-service";

    /// <summary>
    /// Writes the order and its event <c>order.created</c> in one statement, and passes the event to the relay after the commit.
    /// False when the reference is taken; then nothing is written.
    /// </summary>
    public async Task<bool> AddAsync(Order order, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH added AS (
                INSERT INTO orders (id, reference, secret_hash, amount, currency, description, items, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
                ON CONFLICT (reference) DO NOTHING RETURNING id)
            INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
            SELECT $9, $10, $11, $12, $13, $8, $14, $15 FROM added
            RETURNING id
            """;
        var state = order.ToEvent();
        CloudEvent created = new(state.EventId, EventTypes.OrderCreated, EventSource, order.CreatedAt, order.Id.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Default.OrderEvent), Activity.Current?.Id);

        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = order.Id });
        command.Parameters.Add(new() { Value = order.Reference });
        command.Parameters.Add(new() { Value = order.SecretHash });
        command.Parameters.Add(new() { Value = order.Amount });
        command.Parameters.Add(new() { Value = order.Currency });
        command.Parameters.Add(new() { Value = (object?)order.Description ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new()
        {
            Value = JsonSerializer.SerializeToUtf8Bytes([.. order.Items], OrderItemsJson.Default.ListOrderItem),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new() { Value = order.CreatedAt });
        command.Parameters.Add(new() { Value = created.Id });
        command.Parameters.Add(new() { Value = Topics.Orders });
        command.Parameters.Add(new() { Value = created.Key });
        command.Parameters.Add(new() { Value = created.Type });
        command.Parameters.Add(new() { Value = created.Source });
        command.Parameters.Add(new() { Value = (object?)created.TraceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = created.Data });

        if (await command.ExecuteScalarAsync(cancellationToken) is not long outboxId) return false;
        relay.Publish(new OutboxEntry(outboxId, Topics.Orders, created));
        return true;
    }

    public async Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT reference, secret_hash, status, payment_id, payment_version, amount, amount_refunded, currency, description,
                   items, created_at, updated_at, cancel_requested_by
            FROM orders WHERE id = $1
            """);
        command.Parameters.Add(new() { Value = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        return new Order
        {
            Id = id,
            Reference = row.GetString(0),
            SecretHash = row.GetFieldValue<byte[]>(1),
            Status = row.GetString(2),
            PaymentId = row.IsDBNull(3) ? null : row.GetGuid(3),
            PaymentVersion = row.GetInt64(4),
            Amount = row.GetInt64(5),
            AmountRefunded = row.GetInt64(6),
            Currency = row.GetString(7),
            Description = row.IsDBNull(8) ? null : row.GetString(8),
            Items = JsonSerializer.Deserialize(row.GetString(9), OrderItemsJson.Default.ListOrderItem)!,
            CreatedAt = row.GetFieldValue<DateTimeOffset>(10),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(11),
            CancelRequestedBy = row.IsDBNull(12) ? null : row.GetString(12),
        };
    }

    /// <summary>Stores the role that asked to cancel an unpaid order. An order in another status is not changed.</summary>
    /// <param name="by">Null clears it, for an order that could not be canceled.</param>
    public async Task NoteCancelRequestAsync(Guid id, string? by, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "UPDATE orders SET cancel_requested_by = $2 WHERE id = $1 AND status IN ('awaiting_payment', 'payment_failed')");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (object?)by ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
