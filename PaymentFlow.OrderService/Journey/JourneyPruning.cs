using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.OrderService.Journey;

/// <summary>
/// Prunes what only people read: the history of orders after two years, and which screens showed a change after 90 days. Both tables are
/// searched by their primary key, because an order's id begins with its time (UUIDv7). The orders themselves stay.
/// </summary>
public static class JourneyPruning
{
    const string HistorySql = """
        DELETE FROM order_history WHERE (order_id, version) IN (
            SELECT order_id, version FROM order_history WHERE order_id < $3 AND applied_at < $1
            ORDER BY order_id, version LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;
    const string PushesSql = """
        DELETE FROM order_pushes WHERE (order_id, version, kind) IN (
            SELECT order_id, version, kind FROM order_pushes WHERE order_id < $3 AND last_at < $1
            ORDER BY order_id, version, kind LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    public static void AddJourneyPruning(this IHostApplicationBuilder builder)
    {
        builder.AddPruning("order_history", TimeSpan.FromDays(730), HistorySql);
        builder.AddPruning("order_pushes", TimeSpan.FromDays(90), PushesSql);
    }
}
