using Npgsql;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Journey;

namespace PaymentFlow.OrderService.Journey;

/// <summary>
/// Reads an order's journey from the tables that its steps are stored in. Pruned rows (events a week after they were published, webhooks
/// after a month) are missing.
/// </summary>
sealed class OrderJourneyStore(NpgsqlDataSource dataSource)
{
    const string Sql = """
        SELECT created_at AS at, 'order.created' AS kind, NULL AS detail, 1::bigint AS version, NULL AS traceparent
        FROM orders WHERE id = $1
        UNION ALL
        SELECT consumed_at, 'event.consumed', NULL, version, traceparent FROM order_history WHERE order_id = $1
        UNION ALL
        SELECT applied_at, 'order.' || status, NULL, version, traceparent FROM order_history WHERE order_id = $1
        UNION ALL
        SELECT published_at, 'event.published', type, 1, traceparent
        FROM outbox WHERE key = $2 AND type = 'order.created' AND published_at IS NOT NULL
        UNION ALL
        SELECT o.published_at, 'event.published', o.type, h.version, o.traceparent
        FROM order_history h JOIN outbox o ON o.id = h.outbox_id AND o.key = $2 WHERE h.order_id = $1 AND o.published_at IS NOT NULL
        UNION ALL
        SELECT first_at, 'pushed.' || kind, screens::text, version, NULL FROM order_pushes WHERE order_id = $1
        UNION ALL
        SELECT t.at, 'webhook.delivered', d.type || ': ' || t.status || ' in ' || t.duration_ms || ' ms from '
            || coalesce(split_part(e.url, '?', 1), 'an endpoint that was deleted') || ', try ' || t.number, NULL, d.traceparent
        FROM webhook_deliveries d JOIN webhook_tries t ON t.delivery_id = d.id LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id
        WHERE d.order_id = $1 AND t.status BETWEEN 200 AND 299
        UNION ALL
        SELECT t.at, 'webhook.not_delivered', d.type || ': ' || coalesce(t.error, t.status::text) || ' in ' || t.duration_ms || ' ms from '
            || coalesce(split_part(e.url, '?', 1), 'an endpoint that was deleted') || ', try ' || t.number, NULL, d.traceparent
        FROM webhook_deliveries d JOIN webhook_tries t ON t.delivery_id = d.id LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id
        WHERE d.order_id = $1 AND (t.status IS NULL OR t.status NOT BETWEEN 200 AND 299)
        UNION ALL
        SELECT received_at, 'dead_letter', event_id || ': ' || error, NULL, NULL FROM dead_letters WHERE key = $2
        UNION ALL
        SELECT replayed_at, 'dead_letter.replayed', event_id::text, NULL, NULL FROM dead_letters WHERE key = $2 AND replayed_at IS NOT NULL
        UNION ALL
        SELECT at, 'operator', action || ' by ' || actor, NULL, NULL FROM operator_actions
        WHERE target = ANY(ARRAY(
            SELECT $2 UNION ALL SELECT event_id::text FROM dead_letters WHERE key = $2
            UNION ALL SELECT id::text FROM webhook_deliveries WHERE order_id = $1))
        ORDER BY at, version NULLS FIRST
        """;

    public async Task<IReadOnlyList<JourneyStep>> StepsAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql).With(orderId).With(orderId.ToString());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await JourneyStepReader.ReadAllAsync(row, cancellationToken);
    }

    /// <summary>The order's id; null when no order has this reference.</summary>
    public async Task<Guid?> FindByReferenceAsync(string reference, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT id FROM orders WHERE reference = $1").With(reference);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
