using Microsoft.Extensions.Hosting;
using PaymentFlow.Messaging.Pruning;

namespace PaymentFlow.Messaging.Outbox;

/// <summary>
/// What of the outbox may go: rows that Kafka has, and, on <c>payments</c>, that OrderService has applied. Nothing rests on them:
/// a consumer knows a duplicate by its order's version, not by this table, and what is unpublished or not known to be applied stays
/// however old it is. A week is for people who want to look something up.
/// </summary>
static class OutboxPruning
{
    const string Sql = """
        DELETE FROM outbox WHERE id = ANY(ARRAY(
            SELECT id FROM outbox
            WHERE published_at < $1 AND (topic <> 'payments' OR applied_at IS NOT NULL)
            ORDER BY published_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddOutboxPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("outbox", TimeSpan.FromDays(7), Sql);
}
