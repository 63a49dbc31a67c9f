using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.OrderService.Webhooks;

/// <summary>
/// Prunes deliveries 30 days after their event, whatever their state: by then they were tried for three days, or their endpoint has been
/// disabled for weeks. Their tries go with them. An id begins with its time (UUIDv7).
/// </summary>
public static class WebhookPruning
{
    const string Sql = """
        DELETE FROM webhook_deliveries WHERE id = ANY(ARRAY(
            SELECT id FROM webhook_deliveries WHERE id < $3 AND created_at < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddWebhookPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("webhook_deliveries", TimeSpan.FromDays(30), Sql);
}
