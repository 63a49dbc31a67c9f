using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Creates and reads orders. <see cref="Payments.OrderUpdateStore"/> applies payment events to them.</summary>
sealed class OrderStore(NpgsqlDataSource dataSource, OutboxRelay relay)
{
    public const string EventSource = "/order-service";

    const string Columns = """
        reference, secret_hash, status, payment_id, payment_version, amount, amount_refunded, currency, description,
        items, created_at, updated_at, cancel_requested_by, id
        """;

    /// <summary>
    /// Writes the order, its event <c>order.created</c> and the request's key in one statement, and passes the event to the relay after
    /// the commit. If the reference or the key is taken, nothing is written.
    /// </summary>
    public async Task<AddedOrder> AddAsync(Order order, RepeatableRequest? request, CancellationToken cancellationToken)
    {
        const string Insert =
            "INSERT INTO orders (id, reference, secret_hash, amount, currency, description, items, created_at, updated_at)";
        const string Values =
            "@id, @reference, @secretHash, @amount, @currency, @description, @items::jsonb, @createdAt, @createdAt";
        const string Publish = """
            INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
            SELECT @event, @topic, @key, @type, @source, @createdAt, @traceParent, @data FROM added
            RETURNING id
            """;
        const string Sql = $"""
            WITH added AS (
                {Insert} VALUES ({Values})
                ON CONFLICT (reference) DO NOTHING RETURNING id)
            {Publish}
            """;
        // Waits for a concurrent request with the same key. A reference that is taken is an error here, so that the key is not written.
        const string SqlWithKey = $"""
            WITH request AS (
                INSERT INTO order_requests (key_hash, body_hash, order_id, created_at) VALUES (@keyHash, @bodyHash, @id, @createdAt)
                ON CONFLICT (key_hash) DO NOTHING RETURNING order_id),
            added AS ({Insert} SELECT {Values} FROM request RETURNING id)
            {Publish}
            """;
        var state = order.ToEvent();
        CloudEvent created = new(state.EventId, EventTypes.OrderCreated, EventSource, order.CreatedAt, order.Id.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Default.OrderEvent), Activity.Current?.Id);

        await using var command = dataSource.CreateCommand(request is null ? Sql : SqlWithKey)
            .With("id", order.Id)
            .With("reference", order.Reference)
            .With("secretHash", order.SecretHash)
            .With("amount", order.Amount)
            .With("currency", order.Currency)
            .With("description", order.Description)
            .With("items", JsonSerializer.Serialize([.. order.Items], OrderItemsJson.Default.ListOrderItem))
            .With("createdAt", order.CreatedAt)
            .With("event", created.Id)
            .With("topic", Topics.Orders)
            .With("key", created.Key)
            .With("type", created.Type)
            .With("source", created.Source)
            .With("traceParent", created.TraceParent)
            .With("data", created.Data);
        if (request is not null) command.With("keyHash", request.KeyHash).With("bodyHash", request.BodyHash);

        try
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is not long outboxId)
                return request is null ? AddedOrder.ReferenceTaken : AddedOrder.KeyTaken;
            relay.Publish(new OutboxEntry(outboxId, Topics.Orders, created));
            return AddedOrder.Added;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "orders_reference_key" })
        {
            return AddedOrder.ReferenceTaken;
        }
    }

    public Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Columns} FROM orders WHERE id = $1", id, cancellationToken);

    public Task<Order?> FindByReferenceAsync(string reference, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Columns} FROM orders WHERE reference = $1", reference, cancellationToken);

    /// <summary>The order that an earlier request with this key created, and the hash of that request's body.</summary>
    public async Task<(Order Order, byte[] BodyHash)?> FindAsync(RepeatableRequest request, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT order_id, body_hash FROM order_requests WHERE key_hash = $1");
        command.With(request.KeyHash);
        Guid id;
        byte[] bodyHash;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken)) return null;
            (id, bodyHash) = (row.GetGuid(0), row.GetFieldValue<byte[]>(1));
        }
        return await FindAsync(id, cancellationToken) is { } order ? (order, bodyHash) : null;
    }

    async Task<Order?> FindAsync<T>(string sql, T key, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql).With(key);
        return await command.FirstOrDefaultAsync(row => new Order
        {
            Id = row.GetGuid(13),
            Reference = row.GetString(0),
            SecretHash = row.GetFieldValue<byte[]>(1),
            Status = row.GetString(2),
            PaymentId = row.Value<Guid>(3),
            PaymentVersion = row.GetInt64(4),
            Amount = row.GetInt64(5),
            AmountRefunded = row.GetInt64(6),
            Currency = row.GetString(7),
            Description = row.Text(8),
            Items = JsonSerializer.Deserialize(row.GetString(9), OrderItemsJson.Default.ListOrderItem)!,
            CreatedAt = row.GetFieldValue<DateTimeOffset>(10),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(11),
            CancelRequestedBy = row.Text(12),
        }, cancellationToken);
    }

    /// <summary>Stores who or what asked to cancel an unpaid order. An order in another status is not changed.</summary>
    /// <param name="by">Null clears it, for an order that could not be canceled.</param>
    public async Task NoteCancelRequestAsync(Guid id, string? by, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "UPDATE orders SET cancel_requested_by = $2 WHERE id = $1 AND status IN ('awaiting_payment', 'payment_failed')");
        command.With(id).With(by);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Whether an order was added, or which of its unique values another order has.</summary>
enum AddedOrder
{
    Added,
    ReferenceTaken,
    KeyTaken,
}
