using Npgsql;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Journey;

namespace PaymentFlow.PaymentApi.Journey;

/// <summary>
/// Reads a payment's steps from all tables that record them. Pruned rows are missing, for example events published over a week ago.
/// </summary>
public sealed class JourneyStore(NpgsqlDataSource dataSource)
{
    // The clocks of the database and the service may differ, so the payment's acceptance is dated no later than its first attempt.
    const string Sql = """
        WITH events AS (
            SELECT h.version, o.type, o.published_at, o.republished, o.republished_at, o.applied_at, o.traceparent
            FROM payment_history h JOIN outbox o ON o.id = h.outbox_id AND o.key = $2 WHERE h.payment_id = $1)
        SELECT * FROM (
        SELECT least(created_at, (SELECT min(started_at) FROM payment_attempts WHERE payment_id = $1)) AS at,
            'payment.accepted' AS kind, NULL AS detail, 1::bigint AS version, NULL AS traceparent
        FROM payments WHERE id = $1
        UNION ALL
        SELECT started_at, 'attempt.started', 'attempt ' || number || ', ' || payment_method, NULL, NULL
        FROM payment_attempts WHERE payment_id = $1
        UNION ALL
        SELECT completed_at, 'attempt.' || status, concat_ws(', ', 'attempt ' || number, code, decline_code), NULL, NULL
        FROM payment_attempts WHERE payment_id = $1 AND completed_at IS NOT NULL
        UNION ALL
        SELECT at, 'payment.' || status, NULL, version, traceparent FROM payment_history WHERE payment_id = $1 AND version > 1
        UNION ALL
        SELECT published_at, 'event.published', type, version, traceparent FROM events WHERE published_at IS NOT NULL
        UNION ALL
        SELECT republished_at, 'event.republished', type || ', ' || republished || ' ×', version, traceparent
        FROM events WHERE republished_at IS NOT NULL
        UNION ALL
        SELECT applied_at, 'event.checked', type, version, traceparent FROM events WHERE applied_at IS NOT NULL
        UNION ALL
        SELECT created_at, 'refund.requested', concat_ws(', ', amount, reason), NULL, NULL FROM refunds WHERE payment_id = $1
        UNION ALL
        SELECT updated_at, 'refund.' || status, concat_ws(', ', amount, code, stripe_refund_id), NULL, NULL
        FROM refunds WHERE payment_id = $1 AND status <> 'reserved'
        UNION ALL
        SELECT created_at, 'dispute.opened', concat_ws(', ', amount, reason, id), NULL, NULL FROM disputes WHERE payment_id = $1
        UNION ALL
        SELECT updated_at, 'dispute.' || status, id, NULL, NULL FROM disputes WHERE payment_id = $1
        UNION ALL
        SELECT e.received_at, 'webhook.received', e.type, NULL, NULL FROM stripe_events e WHERE e.object_id = ANY(ARRAY(
            SELECT payment_intent_id FROM payments WHERE id = $1 AND payment_intent_id IS NOT NULL
            UNION SELECT stripe_refund_id FROM refunds WHERE payment_id = $1 AND stripe_refund_id IS NOT NULL
            UNION SELECT id FROM disputes WHERE payment_id = $1))
        UNION ALL
        SELECT at, 'operator', action || ' by ' || actor, NULL, NULL FROM operator_actions WHERE target IN ($1::text, $2)
        ) steps ORDER BY at, kind <> 'payment.accepted', version NULLS FIRST
        """;

    public async Task<IReadOnlyList<JourneyStep>> StepsAsync(Payment payment, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql).With(payment.Id).With(payment.OrderId.ToString());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await JourneyStepReader.ReadAllAsync(row, cancellationToken);
    }

    /// <summary>The method of the last attempt; null if there was none or Stripe has not reported its method.</summary>
    public async Task<PaymentMethodSummary?> MethodAsync(Payment payment, CancellationToken cancellationToken)
    {
        if (payment.AttemptId is not { } attempt) return null;
        await using var command = dataSource.CreateCommand("SELECT method_brand, method_last4 FROM payment_attempts WHERE id = $1")
            .With(attempt);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) && row.Text(0) is { } brand ? new(brand, row.Text(1)) : null;
    }
}
