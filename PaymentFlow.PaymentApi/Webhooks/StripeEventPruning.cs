using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Prunes the ids of events 30 days after they were applied. Stripe repeats a delivery for three days, and List Events reaches back 30
/// days. An event that came again after that would only cause one more read from Stripe. Unapplied events stay.
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
