using Dapper;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.PaymentApi.Payments;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>
/// Schedules the questions to Stripe about open payments, by Postgres' clock; see <see cref="PaymentTiming"/> for the times.
/// </summary>
public sealed class ReconciliationSchedule(NpgsqlDataSource dataSource, PaymentTiming timing, TimeProvider time)
{
    /// <summary>
    /// Leases the open payments that are due, longest wait first. No other replica takes them during the lease. If this replica dies,
    /// they are due again.
    /// </summary>
    public async Task<IReadOnlyList<Payment>> LeaseDueAsync(int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            UPDATE payments SET reconcile_at = now() + @Lease
            WHERE id = ANY(ARRAY(
                SELECT id FROM payments WHERE status IN ('processing', 'requires_action') AND reconcile_at <= now()
                ORDER BY reconcile_at LIMIT @limit FOR UPDATE SKIP LOCKED))
            RETURNING {PaymentStore.Columns}
            """;
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Payment>(new CommandDefinition(
            Sql, new { limit, timing.Lease }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Stripe was asked and had nothing new. Schedules the payment's next regular check.</summary>
    public Task ScheduleNextAsync(Payment payment, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return CheckInAsync(payment, timing.NextCheck(payment.UpdatedAt, now) - now, cancellationToken);
    }

    /// <summary>Stripe could not be asked. Schedules another check soon.</summary>
    public Task PostponeAsync(Payment payment, CancellationToken cancellationToken) =>
        CheckInAsync(payment, timing.FirstCheck, cancellationToken);

    async Task CheckInAsync(Payment payment, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE payments SET reconcile_at = now() + @wait WHERE id = @Id AND version = @Version",
            new { payment.Id, payment.Version, wait }, cancellationToken: cancellationToken));
    }
}
