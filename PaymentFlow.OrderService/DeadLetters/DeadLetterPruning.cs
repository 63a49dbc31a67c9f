using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>Prunes dead letters 90 days after they were replayed. Those that wait for an operator stay, however old.</summary>
public static class DeadLetterPruning
{
    const string Sql = """
        DELETE FROM dead_letters WHERE event_id = ANY(ARRAY(
            SELECT event_id FROM dead_letters WHERE replayed_at < $1 ORDER BY replayed_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddDeadLetterPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("dead_letters", TimeSpan.FromDays(90), Sql);
}
