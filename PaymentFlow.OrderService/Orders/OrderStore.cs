using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Creates and reads orders. <see cref="Payments.OrderUpdateStore"/> applies payment events to them.</summary>
sealed class OrderStore(NpgsqlDataSource dataSource, OutboxRelay relay, WebhookFeed webhooks, OrderOptions options)
{
    public const string EventSource = "/order-service";

    const string Columns = """
        reference, secret_hash, status, payment_id, payment_version, amount, amount_refunded, currency, description,
        items, created_at, updated_at, cancel_requested_by, id, return_url, cancel_url, locale, expires_at, metadata, customer_email,
        checkout_hash
        """;

    /// <summary>
    /// The most orders that a page of a list looks at. So it needs no index on the status, which every payment would have to change.
    /// </summary>
    const int MaxListed = 5_000;

    /// <summary>
    /// Writes the order, its event <c>order.created</c> and the request's key in one statement, and passes the event to the relay and
    /// to the webhooks after the commit. If the reference or the key is taken, nothing is written.
    /// </summary>
    public async Task<AddedOrder> AddAsync(Order order, RepeatableRequest? request, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO orders (id, reference, secret_hash, amount, currency, description, items, created_at, updated_at,
                return_url, cancel_url, locale, expires_at, metadata, customer_email, checkout_hash)
            """;
        const string Values = """
            @id, @reference, @secretHash, @amount, @currency, @description, @items::jsonb, @createdAt, @createdAt,
            @returnUrl, @cancelUrl, @locale, @expiresAt, @metadata::jsonb, @customerEmail, @checkoutHash
            """;
        // The search for expired orders finds an order at @searchedAt. One that expires earlier is stored here.
        const string Publish = """
            , expiring AS (
                INSERT INTO expired_orders (order_id, next_at) SELECT id, @expiresAt FROM added WHERE @expiresAt < @searchedAt)
            INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
            SELECT @event, @topic, @key, @type, @source, @createdAt, @traceParent, @data FROM added
            RETURNING id
            """;
        const string Sql = $"""
            WITH added AS (
                {Insert} VALUES ({Values})
                ON CONFLICT (reference) DO NOTHING RETURNING id){Publish}
            """;
        // Waits for a concurrent request with the same key. A reference that is taken is an error here, so that the key is not written.
        const string SqlWithKey = $"""
            WITH request AS (
                INSERT INTO order_requests (key_hash, body_hash, order_id, created_at) VALUES (@keyHash, @bodyHash, @id, @createdAt)
                ON CONFLICT (key_hash) DO NOTHING RETURNING order_id),
            added AS ({Insert} SELECT {Values} FROM request RETURNING id){Publish}
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
            .With("returnUrl", order.ReturnUrl)
            .With("cancelUrl", order.CancelUrl)
            .With("locale", order.Locale)
            .With("expiresAt", order.ExpiresAt)
            .With("searchedAt", order.CreatedAt + options.ExpireAfter)
            .With("metadata", order.Metadata is null
                ? null : JsonSerializer.Serialize(order.Metadata, OrderItemsJson.Default.IReadOnlyDictionaryStringString))
            .With("customerEmail", order.CustomerEmail)
            .With("checkoutHash", order.CheckoutHash)
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
            OutboxEntry entry = new(outboxId, Topics.Orders, created);
            relay.Publish(entry);
            webhooks.Add(entry);
            return AddedOrder.Added;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "orders_reference_key" })
        {
            return AddedOrder.ReferenceTaken;
        }
    }

    public Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Columns} FROM orders WHERE id = $1", id, cancellationToken);

    /// <summary>The order whose checkout link has the token with this hash.</summary>
    public Task<Order?> FindByLinkAsync(byte[] checkoutHash, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Columns} FROM orders WHERE checkout_hash = $1", checkoutHash, cancellationToken);

    /// <summary>
    /// A page of the merchant's orders, newest first. An order's id begins with its time (UUIDv7), so the page follows the primary key. It
    /// looks at a limited number of orders, so it can be short although more follow.
    /// </summary>
    /// <param name="after">The end of the previous page; null for the first.</param>
    /// <returns>The orders, and the end of the page; null if no more follow.</returns>
    public async Task<(IReadOnlyList<Order> Orders, Guid? Next)> ListAsync(
        OrderFilter filter, Guid? after, int limit, CancellationToken cancellationToken)
    {
        if (filter.Reference is not null)
        {
            var order = await FindAsync($"SELECT {Columns} FROM orders WHERE reference = $1", filter.Reference, cancellationToken);
            var isListed = order is not null && (after is null || order.Id < after) && (filter.Status ?? order.Status) == order.Status
                && !(order.CreatedAt < filter.From) && !(order.CreatedAt >= filter.To);
            return (isListed ? [order!] : [], null);
        }
        const string InRange = "id >= @from AND id < @to AND id < @after";
        NpgsqlCommand Command(string sql) => dataSource.CreateCommand(sql)
            .With("from", filter.SmallestId).With("to", filter.EndOfIds).With("after", after ?? Guid.AllBitsSet);

        // The inner statement is read only as far as the page needs.
        await using var command = Command($"""
            SELECT {Columns} FROM (SELECT * FROM orders WHERE {InRange} ORDER BY id DESC LIMIT {MaxListed}) AS looked_at
            WHERE items = '[]' AND (@status IS NULL OR status = @status)
                AND (@createdFrom IS NULL OR created_at >= @createdFrom) AND (@createdTo IS NULL OR created_at < @createdTo)
            ORDER BY id DESC LIMIT @limit
            """)
            .With("status", filter.Status).With("createdFrom", filter.From?.ToUniversalTime())
            .With("createdTo", filter.To?.ToUniversalTime())
            // Read one more to see whether there is a next page.
            .With("limit", limit + 1);
        var orders = await command.ListAsync(Read, cancellationToken);
        if (orders.Count > limit) return (orders[..limit], orders[limit - 1].Id);
        await using var end = Command($"SELECT id FROM orders WHERE {InRange} ORDER BY id DESC OFFSET {MaxListed - 1} LIMIT 1");
        return (orders, (Guid?)await end.ExecuteScalarAsync(cancellationToken));
    }

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
        return await command.FirstOrDefaultAsync(Read, cancellationToken);
    }

    static Order Read(NpgsqlDataReader row) => new()
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
        ReturnUrl = row.Text(14),
        CancelUrl = row.Text(15),
        Locale = row.Text(16),
        ExpiresAt = row.Value<DateTimeOffset>(17),
        Metadata = row.Text(18) is { } metadata
            ? JsonSerializer.Deserialize(metadata, OrderItemsJson.Default.IReadOnlyDictionaryStringString)
            : null,
        CustomerEmail = row.Text(19),
        CheckoutHash = row.IsDBNull(20) ? null : row.GetFieldValue<byte[]>(20),
    };

    /// <summary>Replaces the hash of the checkout link's token of a merchant's order.</summary>
    /// <returns>False if there is no such order.</returns>
    public async Task<bool> ReplaceLinkAsync(Guid id, byte[] checkoutHash, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("UPDATE orders SET checkout_hash = $2 WHERE id = $1 AND items = '[]'");
        command.With(id).With(checkoutHash);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
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
