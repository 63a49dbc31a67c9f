using PaymentFlow.Persistence.RollUps;

namespace PaymentFlow.OrderService.Statistics;

/// <summary>
/// Rolls up when paid orders were first shown into <c>screen_statistics</c>. A screen that is open gets a change within 15 s after it was
/// applied, even if Kafka lost it (WatchedOrders). So a change that was first shown later was not late: nobody was looking, and the screen
/// that showed it had come back. It is counted, but has no part in the times.
/// </summary>
public static class ScreenRollUp
{
    public const string Name = "screen_statistics";

    /// <summary>How long after a change was applied it may first be shown and still count as pushed.</summary>
    const string Watching = "interval '30 seconds'";

    /// <summary>
    /// Counts some rows of the history. Only an order's first row that says it is paid counts, because its event has the time of Stripe's
    /// answer.
    /// </summary>
    /// <param name="from">An SQL expression: the time at which the first row was applied.</param>
    /// <param name="to">An SQL expression: the time after the last row.</param>
    internal static string Additions(string from, string to) => $"""
        SELECT date_bin('15 minutes', h.event_at, 'epoch') AS at, CASE
            WHEN s.shown_at IS NULL THEN {ScreenTimes.NeverShown}
            WHEN s.shown_at > h.applied_at + {Watching} THEN {ScreenTimes.ShownLater}
            ELSE {ScreenTimes.BinSql("extract(epoch FROM s.shown_at - h.event_at) * 1000")} END AS bin
        FROM order_history h
        CROSS JOIN LATERAL (
            SELECT min(first_at) AS shown_at FROM order_pushes p WHERE p.order_id = h.order_id AND p.version = h.version) s
        WHERE h.applied_at >= {from} AND h.applied_at < {to} AND h.status = 'paid' AND h.event_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM order_history e
            WHERE e.order_id = h.order_id AND e.version < h.version AND e.status IN ('paid', 'partially_refunded', 'refunded'))
        """;

    static readonly string Sql = $"""
        INSERT INTO screen_statistics AS s (at, bin, count) SELECT at, bin, count(*) FROM ({Additions("$1", "$2")}) additions GROUP BY 1, 2
        ON CONFLICT (at, bin) DO UPDATE SET count = s.count + excluded.count
        """;

    public static RollUpRule Rule { get; } = new(Name, Sql);
}
