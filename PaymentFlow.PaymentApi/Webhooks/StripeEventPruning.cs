using PaymentFlow.Messaging.Pruning;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Ids of webhooks that were applied more than 30 days ago may go: Stripe repeats a delivery for three days, and List Events reaches
/// back 30. Nothing rests on them: one that came again would only have the object asked for once more. What waits stays.
/// </summary>
public static class StripeEventPruning
{
    const string Sql = """
        DELETE FROM stripe_events WHERE id = ANY(ARRAY(
            SELECT id FROM stripe_events WHERE processed_at < $1 ORDER BY processed_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddStripeEventPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("stripe_events", TimeSpan.FromDays(30), Sql);
}
