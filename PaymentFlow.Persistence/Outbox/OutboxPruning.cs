using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.Persistence.Outbox;

/// <summary>
/// Prunes outbox rows a week after Kafka acknowledged them; rows of <c>payments</c> only if OrderService has applied them. Consumers
/// detect duplicates by the version, not by this table. Other rows stay, however old. The week lets people look up recent events.
/// </summary>
static class OutboxPruning
{
    const string Sql = $"""
        DELETE FROM outbox WHERE id = ANY(ARRAY(
            SELECT id FROM outbox
            WHERE published_at < $1 AND (topic <> '{Topics.Payments}' OR applied_at IS NOT NULL)
            ORDER BY published_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddOutboxPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("outbox", TimeSpan.FromDays(7), Sql);
}
