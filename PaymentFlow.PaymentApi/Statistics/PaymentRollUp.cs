using PaymentFlow.Persistence.RollUps;

namespace PaymentFlow.PaymentApi.Statistics;

/// <summary>
/// Rolls up <c>payment_history</c> into <c>payment_statistics</c>. A row of the history never changes, so what it adds to the statistics is
/// known as soon as it is written. See docs/api.md for what the measures mean.
/// </summary>
public static class PaymentRollUp
{
    public const string Name = "payment_statistics";

    /// <summary>
    /// The numbers that rows of the history add to the statistics. A payment that was tried is counted by its outcome; when the outcome
    /// changes, it is taken from one count and added to another. Version 1 is the payment before its first attempt. Stripe's words are cut,
    /// because anything may be in them.
    /// </summary>
    /// <param name="from">An SQL expression: the time of the first row.</param>
    /// <param name="to">An SQL expression: the time after the last row.</param>
    internal static string Additions(string from, string to) => $"""
        SELECT date_bin('15 minutes', a.at, 'epoch') AS at, c.currency, a.measure, a.reason, a.count, a.amount
        FROM (
            SELECT h.at, h.version, h.status, h.amount_refunded, p.currency, p.amount, before.status AS status_before,
                coalesce(before.amount_refunded, 0) AS refunded_before, tried.started_at AS tried_at,
                left(coalesce(attempt.decline_code, attempt.code, 'unknown'), 100) AS reason,
                CASE WHEN h.status IN ('failed', 'canceled') THEN h.status
                    WHEN h.status IN ('processing', 'requires_action') THEN 'open' ELSE 'succeeded' END AS outcome,
                CASE WHEN before.status IN ('failed', 'canceled') THEN before.status
                    WHEN before.status IN ('processing', 'requires_action') THEN 'open' ELSE 'succeeded' END AS outcome_before
            FROM payment_history h
            JOIN payments p ON p.id = h.payment_id
            JOIN payment_history before ON before.payment_id = h.payment_id AND before.version = h.version - 1
            LEFT JOIN payment_attempts tried ON tried.payment_id = h.payment_id AND tried.number = 1
            LEFT JOIN payment_attempts attempt ON attempt.id = h.attempt_id
            WHERE h.at >= {from} AND h.at < {to}) c
        CROSS JOIN LATERAL (VALUES
            (c.at, 'paid', '', 1, c.amount, c.outcome = 'succeeded' AND c.outcome_before <> 'succeeded'),
            (c.at, 'refunded', '', 1, c.amount_refunded - c.refunded_before, c.amount_refunded <> c.refunded_before),
            (c.at, 'declined', c.reason, 1, 0, c.outcome = 'failed'),
            (c.tried_at, 'tried', c.outcome, 1, 0, c.tried_at IS NOT NULL AND (c.version = 2 OR c.outcome <> c.outcome_before)),
            (c.tried_at, 'tried', c.outcome_before, -1, 0, c.tried_at IS NOT NULL AND c.version > 2 AND c.outcome <> c.outcome_before))
            AS a (at, measure, reason, count, amount, applies)
        WHERE a.applies
        """;

    static readonly string Sql = $"""
        INSERT INTO payment_statistics AS s (at, currency, measure, reason, count, amount)
        SELECT at, currency, measure, reason, sum(count), sum(amount) FROM ({Additions("$1", "$2")}) additions
        GROUP BY 1, 2, 3, 4 HAVING sum(count) <> 0 OR sum(amount) <> 0
        ON CONFLICT (at, currency, measure, reason) DO UPDATE SET count = s.count + excluded.count, amount = s.amount + excluded.amount
        """;

    public static RollUpRule Rule { get; } = new(Name, Sql);
}
