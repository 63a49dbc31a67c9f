using Dapper;
using OpenTelemetry;
using PaymentFlow.PaymentApi.Reconciliation;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Which open payments Stripe is asked about, and when: see <see cref="ReconciliationOptions"/>.</summary>
public sealed partial class PaymentStore
{
    /// <summary>
    /// Open payments whose time has come, the longest waiting first. Each is due again at its next time, so another replica
    /// takes others, and one that dies with them only delays them.
    /// </summary>
    public async Task<IReadOnlyList<Payment>> TakeDueAsync(int limit, CancellationToken cancellationToken)
    {
        // The later checks count from the payment's last move; giving up after AbandonAfter is one of its times as well.
        const string Sql = $"""
            UPDATE payments p SET reconciliations = reconciliations + 1,
                reconcile_at = least(
                    CASE WHEN reconciliations < cardinality(@laterChecks)
                        THEN greatest(updated_at + @laterChecks[reconciliations + 1], @now + @firstCheck) ELSE @now + @daily END,
                    CASE WHEN updated_at + @abandonAfter > @now THEN updated_at + @abandonAfter END)
            WHERE id IN (
                SELECT id FROM payments WHERE status IN ('processing', 'requires_action') AND reconcile_at <= @now
                ORDER BY reconcile_at LIMIT @limit FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}
            """;
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Payment>(Command(Sql, new
        {
            limit,
            now = time.GetUtcNow().UtcDateTime,
            firstCheck = reconciliation.FirstCheck,
            laterChecks = reconciliation.LaterChecks.ToArray(),
            daily = reconciliation.Daily,
            abandonAfter = reconciliation.AbandonAfter,
        }, cancellationToken))).AsList();
    }

    /// <summary>The question could not be put: it is due again soon, and does not count.</summary>
    public async Task PostponeAsync(Guid id, long version, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(
            """
            UPDATE payments SET reconciliations = greatest(reconciliations - 1, 0), reconcile_at = @soon
            WHERE id = @id AND version = @version
            """,
            new { id, version, soon = (time.GetUtcNow() + reconciliation.FirstCheck).UtcDateTime }, cancellationToken));
    }
}
