using System.Text.Json;
using Npgsql;
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
    // See docs/decisions/0013-order-update-statement.md for the statement's shape and what a transaction of several statements costs.
    const string Sql = """
        WITH input AS MATERIALIZED (
            SELECT * FROM unnest(
                @orders, @payments, @paymentVersions, @statuses, @amounts, @amountsRefunded, @currencies, @references, @times, @events,
                @types, @traceParents, @data)
            AS i (
                order_id, payment_id, payment_version, status, amount, amount_refunded, currency, reference, at, event_id,
                type, traceparent, data)),
        -- Locks the rows in the order of their ids, so that two batches cannot deadlock.
        locked AS MATERIALIZED (
            SELECT i.*, o.id, o.payment_id AS had_payment_id, o.payment_version AS had_version, o.status AS had_status,
                o.amount AS had_amount, o.amount_refunded AS had_refunded, o.currency AS had_currency, o.reference AS had_reference
            FROM input i JOIN orders o ON o.id = i.order_id ORDER BY o.id FOR UPDATE OF o),
        -- The changes that contradict their order. If there is one, nothing at all is applied.
        refused AS MATERIALIZED (
            SELECT order_id, 'there is no such order.' AS reason FROM input WHERE order_id NOT IN (SELECT id FROM locked)
            UNION ALL
            SELECT order_id, CASE
                WHEN amount <> had_amount OR currency <> had_currency THEN 'amount or currency is not the order''s.'
                WHEN reference <> had_reference THEN 'reference is not the order''s.'
                ELSE 'the order has another payment.' END
            FROM locked
            WHERE amount <> had_amount OR currency <> had_currency OR reference <> had_reference
                OR (had_version < payment_version AND had_payment_id <> payment_id)),
        -- A paid order gets an event only if the refunded amount changes. After a dispute or a failed refund, a second order.paid
        -- could make a merchant deliver twice.
        applied AS (
            UPDATE orders o SET status = l.status, payment_id = l.payment_id, payment_version = l.payment_version,
                amount_refunded = l.amount_refunded, updated_at = l.at
            FROM locked l
            WHERE o.id = l.id AND o.payment_version < l.payment_version AND NOT EXISTS (SELECT FROM refused)
            RETURNING o.id, o.version, o.status, l.at, l.event_id, l.traceparent, l.data, CASE
                WHEN NOT (l.had_status = ANY(@charged) AND l.status = ANY(@charged)) THEN l.type
                WHEN l.had_refunded <> l.amount_refunded THEN @refunded END AS type, o.metadata),
        -- Adds the merchant's metadata, which only the order's row has. To read it before would cost each payment a round trip.
        -- Draws the outbox id here, so that no later CTE is joined.
        event AS MATERIALIZED (
            SELECT id, version, status, at, event_id, traceparent, type, metadata IS NOT NULL AS has_metadata,
                CASE WHEN metadata IS NULL THEN data
                    ELSE convert_to(jsonb_set(convert_from(data, 'UTF8')::jsonb, '{metadata}', metadata)::text, 'UTF8') END AS data,
                CASE WHEN type IS NOT NULL THEN nextval('outbox_id_seq') END AS outbox_id FROM applied),
        outboxed AS (
            INSERT INTO outbox (id, event_id, topic, key, type, source, time, traceparent, data) OVERRIDING SYSTEM VALUE
            SELECT outbox_id, event_id, @topic, id::text, type, @source, at, traceparent, data FROM event WHERE type IS NOT NULL),
        history AS (
            INSERT INTO order_history (order_id, version, status, event_at, consumed_at, traceparent, outbox_id)
            SELECT id, version, status, at, @consumedAt, traceparent, outbox_id FROM event ON CONFLICT DO NOTHING)
        SELECT id, outbox_id, type, NULL, CASE WHEN has_metadata THEN data END FROM event
        UNION ALL
        SELECT order_id, NULL, NULL, reason, NULL FROM refused
        """;

    /// <summary>Applies the changes that are newer than their order. The others have no effect.</summary>
    /// <param name="changes">At most one per order.</param>
    /// <param name="consumedAt">When the changes were received.</param>
    /// <returns>The applied changes.</returns>
    /// <exception cref="EventRejectedException">
    /// A change contradicts its order (unknown order; another amount, currency, reference or payment). Nothing was applied.
    /// </exception>
    public async Task<IReadOnlyList<AppliedChange>> ApplyAsync(
        IReadOnlyList<OrderChange> changes, DateTimeOffset consumedAt, CancellationToken cancellationToken)
    {
        var states = await StatesOfAsync(changes, cancellationToken);
        NpgsqlBatchCommand command = new(Sql);
        void Add<T>(string name, Func<OrderEvent, T> value) => command.With(name, states.Select(value).ToArray());
        Add("orders", state => state.OrderId);
        Add("payments", state => state.PaymentId!.Value);
        Add("paymentVersions", state => state.PaymentVersion);
        Add("statuses", state => state.Status);
        Add("amounts", state => state.Amount);
        Add("amountsRefunded", state => state.AmountRefunded);
        Add("currencies", state => state.Currency);
        Add("references", state => state.Reference);
        Add("times", state => state.UpdatedAt.UtcDateTime);
        Add("events", state => state.EventId);
        var data = states.ConvertAll(state => JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Default.OrderEvent));
        command
            .With("types", changes.Select(change => change.EventType).ToArray())
            .With("traceParents", changes.Select(change => change.TraceParent).ToArray())
            .With("data", data.ToArray())
            .With("topic", Topics.Orders)
            .With("source", OrderStore.EventSource)
            .With("charged", OrderState.Charged)
            .With("refunded", EventTypes.OrderRefunded)
            .With("consumedAt", consumedAt);

        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.PreferByIds());
        batch.BatchCommands.Add(command);
        var places = states.Index().ToDictionary(item => item.Item.OrderId, item => item.Index);
        List<AppliedChange> applied = new(changes.Count);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var place = places[row.GetGuid(0)];
            var (state, traceParent) = (states[place], changes[place].TraceParent);
            if (row.Text(3) is { } refusal) throw new EventRejectedException($"Order {state.OrderId}: {refusal}");
            applied.Add(new AppliedChange(state, traceParent, row.Value<long>(1) is not { } outboxId ? null : new OutboxEntry(
                outboxId, Topics.Orders, new CloudEvent(state.EventId, row.GetString(2), OrderStore.EventSource, state.UpdatedAt,
                    state.OrderId.ToString(), row.IsDBNull(4) ? data[place] : row.GetFieldValue<byte[]>(4), traceParent))));
        }

        return applied;
    }

    /// <summary>
    /// The orders after the changes. What an event lacks is read from its order. Events of successful payments lack nothing.
    /// </summary>
    async Task<List<OrderEvent>> StatesOfAsync(IReadOnlyList<OrderChange> changes, CancellationToken cancellationToken)
    {
        var incomplete = changes.Where(change => !change.IsComplete).Select(change => change.Payment.OrderId).ToArray();
        Dictionary<Guid, (string Reference, string? CanceledBy)> orders = [];
        if (incomplete.Length > 0)
        {
            await using var command = dataSource.CreateCommand("SELECT id, reference, cancel_requested_by FROM orders WHERE id = ANY($1)")
                .With(incomplete);
            orders = (await command.ListAsync(row => (Id: row.GetGuid(0), Reference: row.GetString(1), By: row.Text(2)), cancellationToken))
                .ToDictionary(order => order.Id, order => (order.Reference, order.By));
        }
        return [.. changes.Select(change =>
        {
            // An order that does not exist is refused later, whatever its reference.
            var order = orders.GetValueOrDefault(change.Payment.OrderId);
            return change.StateOf(change.Payment.Reference ?? order.Reference ?? "", order.CanceledBy);
        })];
    }
}

/// <summary>A committed change.</summary>
/// <param name="Entry">Its outbox row; null if the change has no event.</param>
sealed record AppliedChange(OrderEvent Order, string? TraceParent, OutboxEntry? Entry);
