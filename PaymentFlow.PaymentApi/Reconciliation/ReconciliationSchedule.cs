using Npgsql;
using OpenTelemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>Schedules the questions to Stripe about open payments; see <see cref="PaymentTiming"/> for the times.</summary>
public sealed class ReconciliationSchedule(NpgsqlDataSource dataSource, PaymentTiming timing, TimeProvider time)
{
    /// <summary>
    /// Leases the open payments that are due, longest wait first. No other replica takes them during the lease. If this replica dies,
    /// they are due again.
    /// </summary>
    public async Task<IReadOnlyList<Payment>> LeaseDueAsync(int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            UPDATE payments SET reconcile_at = $3
            WHERE id = ANY(ARRAY(
                SELECT id FROM payments WHERE status IN ('processing', 'requires_action') AND reconcile_at <= $1
                ORDER BY reconcile_at LIMIT $2 FOR UPDATE SKIP LOCKED))
            RETURNING {Payment.Columns}
            """;
        var now = time.GetUtcNow();
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(Sql).With(now).With(limit).With(now + timing.Lease);
        return await command.ListAsync(Payment.Read, cancellationToken);
    }

    /// <summary>Stripe was asked and had nothing new. Schedules the payment's next regular check.</summary>
    public Task ScheduleNextAsync(Payment payment, CancellationToken cancellationToken) =>
        CheckAtAsync(payment, timing.NextCheck(payment.UpdatedAt, time.GetUtcNow()), cancellationToken);

    /// <summary>Stripe could not be asked. Schedules another check soon.</summary>
    public Task PostponeAsync(Payment payment, CancellationToken cancellationToken) =>
        CheckAtAsync(payment, time.GetUtcNow() + timing.FirstCheck, cancellationToken);

    async Task CheckAtAsync(Payment payment, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("UPDATE payments SET reconcile_at = $3 WHERE id = $1 AND version = $2")
            .With(payment.Id).With(payment.Version).With(at);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
