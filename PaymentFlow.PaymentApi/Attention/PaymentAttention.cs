using PaymentFlow.Contracts.Attention;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Attention;
using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.PaymentApi.Attention;

/// <summary>Finds the payments that a person should look at.</summary>
public static class PaymentAttention
{
    const string Kinds = """
        `outcome_unknown`, `refund_unknown`: Stripe's answer is not known for more than a minute. `dispute_open`: a dispute that is not
        decided, with `dueAt`. `order_ahead`: an order that states more than its payment does. `event_behind`: a published event that the
        delivery check found not applied. `event_republished`: an event that was published again in the last day.
        """;

    const string PruneSql = """
        DELETE FROM republished_events WHERE event_id = ANY(ARRAY(
            SELECT event_id FROM republished_events WHERE last_at < $1 ORDER BY last_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    // Uses the index payments_open.
    static readonly AttentionQuery OutcomeUnknown = new(AttentionKinds.OutcomeUnknown, """
        SELECT p.id::text AS id, a.started_at AS since, p.order_id, p.reference, p.amount, p.currency, NULL::text AS status,
            NULL::text AS detail, NULL::timestamptz AS due_at, p.payment_intent_id AS payment_intent, p.attempts AS times
        FROM payments p JOIN payment_attempts a ON a.id = p.attempt_id
        WHERE p.status = 'processing' AND a.status = 'started' AND a.started_at < now() - interval '1 minute'
        """);

    // Uses the index refunds_open.
    static readonly AttentionQuery RefundUnknown = new(AttentionKinds.RefundUnknown, """
        SELECT r.id::text AS id, r.created_at AS since, p.order_id, p.reference, r.amount, p.currency, NULL::text AS status,
            NULL::text AS detail, NULL::timestamptz AS due_at, p.payment_intent_id AS payment_intent, NULL::integer AS times
        FROM refunds r JOIN payments p ON p.id = r.payment_id
        WHERE r.status = 'reserved' AND r.created_at < now() - interval '1 minute'
        """);

    // Uses the index disputes_open, whose condition this is.
    static readonly AttentionQuery DisputeOpen = new(AttentionKinds.DisputeOpen, """
        SELECT d.id, d.created_at AS since, p.order_id, p.reference, d.amount, d.currency, d.status, d.reason AS detail, d.due_by AS due_at,
            p.payment_intent_id AS payment_intent, NULL::integer AS times
        FROM disputes d JOIN payments p ON p.id = d.payment_id
        WHERE d.status IN ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review')
        """, Order: "due_at NULLS FIRST, since, id");

    // The table holds nothing else.
    static readonly AttentionQuery OrderAhead = new(AttentionKinds.OrderAhead, """
        SELECT a.order_id::text AS id, a.found_at AS since, a.order_id, p.reference, p.amount, p.currency, a.status, NULL::text AS detail,
            NULL::timestamptz AS due_at, p.payment_intent_id AS payment_intent, NULL::integer AS times
        FROM orders_ahead a LEFT JOIN payments p ON p.order_id = a.order_id
        """);

    // Uses the index outbox_unapplied. While OrderService is away, nothing is checked.
    static readonly AttentionQuery EventBehind = new(AttentionKinds.EventBehind, $"""
        SELECT o.event_id::text AS id, o.published_at AS since, {AttentionQuery.UuidOf("o.key")} AS order_id, p.reference, p.amount,
            p.currency, p.status, o.type AS detail, NULL::timestamptz AS due_at, p.payment_intent_id AS payment_intent,
            nullif(o.republished, 0)::integer AS times
        FROM outbox o LEFT JOIN payments p ON p.order_id = {AttentionQuery.UuidOf("o.key")}
        WHERE o.topic = 'payments' AND o.published_at IS NOT NULL AND o.applied_at IS NULL
            AND (o.checks > 0 OR o.published_at < now() - interval '5 minutes')
        """);

    // Uses the index republished_events_last.
    static readonly AttentionQuery EventRepublished = new(AttentionKinds.EventRepublished, """
        SELECT r.event_id::text AS id, r.last_at AS since, r.order_id, p.reference, p.amount, p.currency, p.status, r.type AS detail,
            NULL::timestamptz AS due_at, p.payment_intent_id AS payment_intent, r.times
        FROM republished_events r LEFT JOIN payments p ON p.order_id = r.order_id
        WHERE r.last_at > now() - interval '1 day'
        """);

    public static void AddAttention(this IHostApplicationBuilder builder)
    {
        builder.AddAttention(OutcomeUnknown, RefundUnknown, DisputeOpen, OrderAhead, EventBehind, EventRepublished);
        builder.AddPruning("republished_events", TimeSpan.FromDays(30), PruneSql);
    }

    public static void MapAttention(this IEndpointRouteBuilder app)
    {
        var stripe = app.ServiceProvider.GetRequiredService<StripeOptions>();
        app.MapAttention(Kinds, item => item with { StripeUrl = StripeDashboard.UrlOf(item.PaymentIntent, stripe) });
    }
}
