using Npgsql;
using OpenTelemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Database;

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
            UPDATE payments SET reconcile_at = now() + $2
            WHERE id = ANY(ARRAY(
                SELECT id FROM payments WHERE status IN ('processing', 'requires_action') AND reconcile_at <= now()
                ORDER BY reconcile_at LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING {Payment.Columns}
            """;
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(Sql).With(limit).With(timing.Lease);
        return await command.ListAsync(Payment.Read, cancellationToken);
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
        await using var command = dataSource.CreateCommand("UPDATE payments SET reconcile_at = now() + $3 WHERE id = $1 AND version = $2")
            .With(payment.Id).With(payment.Version).With(wait);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
