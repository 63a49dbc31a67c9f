using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>
/// Prunes dead letters 90 days after they were replayed, and those without a valid signature 90 days after they were received, because
/// anyone who may write to the topic can send any number of them. Signed ones that wait for an operator stay, however old.
/// </summary>
public static class DeadLetterPruning
{
    const string Sql = """
        DELETE FROM dead_letters WHERE event_id = ANY(ARRAY(
            SELECT event_id FROM dead_letters WHERE replayed_at < $1 ORDER BY replayed_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            || ARRAY(
            SELECT event_id FROM dead_letters WHERE replayed_at IS NULL AND NOT signed AND received_at < $1
            ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddDeadLetterPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("dead_letters", TimeSpan.FromDays(90), Sql);
}
