using Dapper;
using OpenTelemetry;
using PaymentFlow.PaymentApi.Reconciliation;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Which open payments Stripe is asked about, and when: see <see cref="ReconciliationOptions"/>.</summary>
public sealed partial class PaymentStore
{
    /// <summary>
    /// Open payments whose time has come, the longest waiting first, on a lease: no other replica takes them meanwhile, and if
    /// this one dies with them they are due again.
    /// </summary>
    public async Task<IReadOnlyList<Payment>> TakeDueAsync(int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            UPDATE payments SET reconcile_at = @leasedUntil
            WHERE id IN (
                SELECT id FROM payments WHERE status IN ('processing', 'requires_action') AND reconcile_at <= @now
                ORDER BY reconcile_at LIMIT @limit FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}
            """;
        var now = time.GetUtcNow();
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Payment>(Command(Sql, new
        {
            limit,
            now = now.UtcDateTime,
            leasedUntil = (now + reconciliation.Lease).UtcDateTime,
        }, cancellationToken))).AsList();
    }

    /// <summary>The question was put and brought nothing new: it is put again at its next time.</summary>
    public async Task ScheduleNextAsync(Payment payment, CancellationToken cancellationToken)
    {
        // The later checks count from the payment's last move; giving up after AbandonAfter is one of its times as well.
        const string Sql = """
            UPDATE payments SET reconciliations = reconciliations + 1,
                reconcile_at = least(
                    CASE WHEN reconciliations < cardinality(@laterChecks)
                        THEN greatest(updated_at + @laterChecks[reconciliations + 1], @now + @firstCheck) ELSE @now + @daily END,
                    CASE WHEN updated_at + @abandonAfter > @now THEN updated_at + @abandonAfter END)
            WHERE id = @Id AND version = @Version
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(Sql, new
        {
            payment.Id,
            payment.Version,
            now = time.GetUtcNow().UtcDateTime,
            firstCheck = reconciliation.FirstCheck,
            laterChecks = reconciliation.LaterChecks.ToArray(),
            daily = reconciliation.Daily,
            abandonAfter = reconciliation.AbandonAfter,
        }, cancellationToken));
    }

    /// <summary>The question could not be put: it is due again soon, and does not count.</summary>
    public async Task PostponeAsync(Payment payment, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(
            "UPDATE payments SET reconcile_at = @soon WHERE id = @Id AND version = @Version",
            new { payment.Id, payment.Version, soon = (time.GetUtcNow() + reconciliation.FirstCheck).UtcDateTime }, cancellationToken));
    }
}
