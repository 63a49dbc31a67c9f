using PaymentFlow.Contracts.Attention;
using PaymentFlow.Persistence.Attention;

namespace PaymentFlow.OrderService.Attention;

/// <summary>Finds the orders and the webhooks to shops that a person should look at.</summary>
static class OrderAttention
{
    const string Kinds = """
        `dead_letter`: an event that could not be applied. `webhook_failing`: a shop's endpoint whose last try failed, or that was disabled
        because of its failures (`status`). `webhook_not_delivered`: an event that an endpoint took in none of its tries.
        """;

    const int MaxText = 300;

    // Uses the index dead_letters_waiting.
    static readonly AttentionQuery DeadLetter = new(AttentionKinds.DeadLetter, $"""
        SELECT l.event_id::text AS id, l.received_at AS since, {AttentionQuery.UuidOf("l.key")} AS order_id, o.reference, o.amount,
            o.currency, o.status, left(l.error, {MaxText}) AS detail, NULL::timestamptz AS due_at, NULL::text AS payment_intent,
            NULL::integer AS times
        FROM dead_letters l LEFT JOIN orders o ON o.id = {AttentionQuery.UuidOf("l.key")}
        WHERE l.replayed_at IS NULL
        """);

    // There are few endpoints. A query in an address may hold a secret of the shop.
    static readonly AttentionQuery WebhookFailing = new(AttentionKinds.WebhookFailing, $"""
        SELECT e.id::text AS id, coalesce(e.failing_since, e.last_failed_at, e.created_at) AS since, NULL::uuid AS order_id,
            NULL::text AS reference, NULL::bigint AS amount, NULL::text AS currency, e.disabled_reason AS status,
            split_part(e.url, '?', 1) || coalesce(': ' || left(e.last_error, {MaxText}), '') AS detail, NULL::timestamptz AS due_at,
            NULL::text AS payment_intent, NULL::integer AS times
        FROM webhook_endpoints e
        WHERE (e.enabled AND e.failing_since IS NOT NULL) OR e.disabled_reason IN ('gone', 'failing')
        """);

    // Uses the index webhook_deliveries_failed. A merchant sees the outcome of a test event at once.
    static readonly AttentionQuery WebhookNotDelivered = new(AttentionKinds.WebhookNotDelivered, """
        SELECT d.id::text AS id, d.created_at AS since, d.order_id, o.reference, o.amount, o.currency, o.status,
            d.type || ' → ' || split_part(e.url, '?', 1) AS detail, NULL::timestamptz AS due_at, NULL::text AS payment_intent,
            d.tries AS times
        FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id LEFT JOIN orders o ON o.id = d.order_id
        WHERE d.state = 'failed' AND d.type <> 'webhook.test'
        """);

    public static void AddAttention(this IHostApplicationBuilder builder) =>
        builder.AddAttention(DeadLetter, WebhookFailing, WebhookNotDelivered);

    public static void MapAttention(this IEndpointRouteBuilder app) => app.MapAttention(Kinds);
}
