using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Payments;

/// <summary>Applies changes to orders and writes their events, all or none, in one statement.</summary>
sealed class OrderUpdateStore(NpgsqlDataSource dataSource)
{
    // See docs/decisions/0013-order-update-statement.md for the statement's shape: why data is text and why CTEs are not joined.
    const string Sql = """
        WITH input AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS i
                (order_id, payment_id, payment_version, status, amount, amount_refunded, currency, at, event_id, type, traceparent, data)),
        -- Locks the rows in the order of their ids, so that two batches cannot deadlock.
        locked AS MATERIALIZED (
            SELECT i.*, o.id, o.payment_id AS had_payment_id, o.payment_version AS had_version, o.status AS had_status,
                o.amount AS had_amount, o.amount_refunded AS had_refunded, o.currency AS had_currency
            FROM input i JOIN orders o ON o.id = i.order_id ORDER BY o.id FOR UPDATE OF o),
        -- The changes that contradict their order. If there is one, nothing at all is applied.
        refused AS MATERIALIZED (
            SELECT order_id, 'there is no such order.' AS reason FROM input WHERE order_id NOT IN (SELECT id FROM locked)
            UNION ALL
            SELECT order_id, CASE
                WHEN amount <> had_amount OR currency <> had_currency THEN 'amount or currency is not the order''s.'
                ELSE 'the order has another payment.' END
            FROM locked
            WHERE amount <> had_amount OR currency <> had_currency OR (had_version < payment_version AND had_payment_id <> payment_id)),
        -- A paid order gets an event only if the refunded amount changes. After a dispute or a failed refund, a second order.paid
        -- could make a merchant deliver twice.
        applied AS (
            UPDATE orders o SET status = l.status, payment_id = l.payment_id, payment_version = l.payment_version,
                amount_refunded = l.amount_refunded, updated_at = l.at
            FROM locked l
            WHERE o.id = l.id AND o.payment_version < l.payment_version AND NOT EXISTS (SELECT FROM refused)
            RETURNING o.id, o.version, o.status, o.reference, l.at, l.event_id, l.traceparent, l.data, CASE
                WHEN NOT (l.had_status = ANY($15) AND l.status = ANY($15)) THEN l.type
                WHEN l.had_refunded <> l.amount_refunded THEN $16 END AS type,
                CASE WHEN l.status = 'canceled' THEN o.cancel_requested_by END AS reason),
        -- Draws the outbox id here, so that no later CTE is joined. Appends the reference and the reason to the data, which is JSON without
        -- its closing brace.
        event AS MATERIALIZED (
            SELECT *, CASE WHEN type IS NOT NULL THEN nextval('outbox_id_seq') END AS outbox_id,
                convert_to(data || ',"reference":' || to_json(reference)::text
                    || coalesce(',"reason":' || to_json(reason)::text, '') || '}', 'UTF8') AS closed
            FROM applied),
        outboxed AS (
            INSERT INTO outbox (id, event_id, topic, key, type, source, time, traceparent, data) OVERRIDING SYSTEM VALUE
            SELECT outbox_id, event_id, $13, id::text, type, $14, at, traceparent, closed FROM event WHERE type IS NOT NULL),
        history AS (
            INSERT INTO order_history (order_id, version, status, consumed_at, traceparent, outbox_id)
            SELECT id, version, status, $17, traceparent, outbox_id FROM event ON CONFLICT DO NOTHING)
        SELECT id, reference, outbox_id, closed, type, NULL FROM event
        UNION ALL
        SELECT order_id, NULL, NULL, NULL, NULL, reason FROM refused
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
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.Prefer());
        NpgsqlBatchCommand command = new(Sql);
        batch.BatchCommands.Add(command);
        void Add<T>(NpgsqlDbType type, Func<OrderChange, T> value) =>
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = changes.Select(value).ToArray() });
        Add(NpgsqlDbType.Uuid, change => change.Order.OrderId);
        Add(NpgsqlDbType.Uuid, change => change.Order.PaymentId!.Value);
        Add(NpgsqlDbType.Bigint, change => change.Order.PaymentVersion);
        Add(NpgsqlDbType.Text, change => change.Order.Status);
        Add(NpgsqlDbType.Bigint, change => change.Order.Amount);
        Add(NpgsqlDbType.Bigint, change => change.Order.AmountRefunded);
        Add(NpgsqlDbType.Text, change => change.Order.Currency);
        Add(NpgsqlDbType.TimestampTz, change => change.Order.UpdatedAt.UtcDateTime);
        Add(NpgsqlDbType.Uuid, change => change.Order.EventId);
        Add(NpgsqlDbType.Text, change => change.EventType);
        Add(NpgsqlDbType.Text, change => change.TraceParent);
        Add(NpgsqlDbType.Text, change => JsonSerializer.Serialize(change.Order, EventJson.Default.OrderEvent)[..^1]);
        command.Parameters.Add(new() { Value = Topics.Orders });
        command.Parameters.Add(new() { Value = OrderStore.EventSource });
        command.Parameters.Add(new() { Value = OrderState.Charged });
        command.Parameters.Add(new() { Value = EventTypes.OrderRefunded });
        command.Parameters.Add(new() { Value = consumedAt.UtcDateTime });

        var byOrder = changes.ToDictionary(change => change.Order.OrderId);
        List<AppliedChange> applied = new(changes.Count);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var change = byOrder[row.GetGuid(0)];
            if (!row.IsDBNull(5)) throw new EventRejectedException($"Order {change.Order.OrderId}: {row.GetString(5)}");
            var order = change.Order with { Reference = row.GetString(1) };
            applied.Add(new AppliedChange(order, change.TraceParent, row.IsDBNull(2) ? null : new OutboxEntry(
                row.GetInt64(2), Topics.Orders, new CloudEvent(order.EventId, row.GetString(4), OrderStore.EventSource, order.UpdatedAt,
                    order.OrderId.ToString(), row.GetFieldValue<byte[]>(3), change.TraceParent))));
        }

        return applied;
    }
}

/// <summary>A committed change.</summary>
/// <param name="Entry">Its outbox row; null if the change has no event.</param>
sealed record AppliedChange(OrderEvent Order, string? TraceParent, OutboxEntry? Entry);
