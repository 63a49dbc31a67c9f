using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.PaymentApi.Journey;

/// <summary>
/// Prunes the history of payments after two years. Only people read it. It is searched by its primary key, because a payment's id begins
/// with its time (UUIDv7). Payments, attempts, refunds and disputes stay.
/// </summary>
public static class JourneyPruning
{
    const string Sql = """
        DELETE FROM payment_history WHERE (payment_id, version) IN (
            SELECT payment_id, version FROM payment_history WHERE payment_id < $3 AND at < $1
            ORDER BY payment_id, version LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    public static void AddJourneyPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("payment_history", TimeSpan.FromDays(730), Sql);
}
