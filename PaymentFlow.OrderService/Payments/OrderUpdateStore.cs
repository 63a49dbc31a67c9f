using System.Text.Json;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Payments;

/// <summary>
/// Applies changes to orders and writes their events, all or none: locks the orders, decides in memory, and writes, in one transaction.
/// See docs/decisions/0013-order-update-statement.md.
/// </summary>
sealed class OrderUpdateStore(NpgsqlDataSource dataSource)
{
    // In the order of the ids, so that two batches cannot deadlock.
    const string Lock = """
        SELECT id, reference, status, payment_id, payment_version, amount, amount_refunded, currency, cancel_requested_by
        FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE
        """;

    const string Write = """
        WITH changed AS MATERIALIZED (
            SELECT * FROM unnest(@orders, @versions, @statuses, @payments, @paymentVersions, @amountsRefunded, @times, @traceParents,
                @events, @types, @data) AS c
                (order_id, version, status, payment_id, payment_version, amount_refunded, at, traceparent, event_id, type, data)),
        updated AS (
            UPDATE orders o SET status = c.status, payment_id = c.payment_id, payment_version = c.payment_version,
                amount_refunded = c.amount_refunded, updated_at = c.at
            FROM changed c WHERE o.id = c.order_id),
        event AS (
            INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
            SELECT event_id, @topic, order_id::text, type, @source, at, traceparent, data FROM changed WHERE type IS NOT NULL
            RETURNING id, event_id),
        history AS (
            INSERT INTO order_history (order_id, version, status, consumed_at, traceparent, outbox_id)
            SELECT c.order_id, c.version, c.status, @consumedAt, c.traceparent, e.id FROM changed c LEFT JOIN event e USING (event_id)
            ON CONFLICT DO NOTHING)
        SELECT id, event_id FROM event
        """;

    /// <summary>Applies the changes that are newer than their order. The others have no effect.</summary>
    /// <param name="changes">At most one per order.</param>
    /// <param name="consumedAt">When the changes were received.</param>
    /// <returns>The applied changes.</returns>
    /// <exception cref="EventRejectedException">
    /// A change contradicts its order (unknown order, another amount or currency, another payment). Nothing was applied.
    /// </exception>
    public async Task<IReadOnlyList<AppliedChange>> ApplyAsync(
        IReadOnlyList<OrderChange> changes, DateTimeOffset consumedAt, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var orders = await LockAsync(connection, changes, cancellationToken);
        List<ChangedOrder> changed = new(changes.Count);
        foreach (var change in changes)
        {
            if (!orders.TryGetValue(change.Payment.OrderId, out var order))
                throw new EventRejectedException($"Order {change.Payment.OrderId}: there is no such order.");
            if (change.ApplyTo(order) is { } after) changed.Add(after);
        }
        if (changed.Count == 0) return [];
        var applied = await WriteAsync(connection, changed, consumedAt, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return applied;
    }

    static async Task<Dictionary<Guid, LockedOrder>> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<OrderChange> changes, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection)
        {
            BatchCommands =
            {
                IndexScans.Prefer(),
                new NpgsqlBatchCommand(Lock).With(changes.Select(change => change.Payment.OrderId).ToArray()),
            },
        };
        Dictionary<Guid, LockedOrder> orders = new(changes.Count);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            orders[row.GetGuid(0)] = new LockedOrder(row.GetGuid(0), row.GetString(1), row.GetString(2),
                row.Value<Guid>(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetString(7), row.Text(8));
        }
        return orders;
    }

    static async Task<List<AppliedChange>> WriteAsync(
        NpgsqlConnection connection, List<ChangedOrder> changed, DateTimeOffset consumedAt, CancellationToken cancellationToken)
    {
        var data = changed.ConvertAll(order => JsonSerializer.SerializeToUtf8Bytes(order.State, EventJson.Default.OrderEvent));
        await using NpgsqlCommand command = new(Write, connection);
        void Add<T>(string name, Func<ChangedOrder, T> value) => command.With(name, changed.Select(value).ToArray());
        Add("orders", order => order.State.OrderId);
        Add("versions", order => order.State.Version);
        Add("statuses", order => order.State.Status);
        Add("payments", order => order.State.PaymentId!.Value);
        Add("paymentVersions", order => order.State.PaymentVersion);
        Add("amountsRefunded", order => order.State.AmountRefunded);
        Add("times", order => order.State.UpdatedAt.UtcDateTime);
        Add("traceParents", order => order.TraceParent);
        Add("events", order => order.State.EventId);
        Add("types", order => order.EventType);
        command.With("data", data.ToArray())
            .With("topic", Topics.Orders)
            .With("source", OrderStore.EventSource)
            .With("consumedAt", consumedAt);

        var outboxIds = (await command.ListAsync(row => (Id: row.GetInt64(0), EventId: row.GetGuid(1)), cancellationToken))
            .ToDictionary(row => row.EventId, row => row.Id);
        return [.. changed.Zip(data, (order, json) => new AppliedChange(order.State, order.TraceParent,
            order.EventType is not { } type ? null : new OutboxEntry(outboxIds[order.State.EventId], Topics.Orders,
                new CloudEvent(order.State.EventId, type, OrderStore.EventSource, order.State.UpdatedAt, order.State.OrderId.ToString(),
                    json, order.TraceParent))))];
    }
}

/// <summary>A committed change.</summary>
/// <param name="Entry">Its outbox row; null if the change has no event.</param>
sealed record AppliedChange(OrderEvent Order, string? TraceParent, OutboxEntry? Entry);
