using Dapper;
using Npgsql;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Disputes;

/// <summary>Stores disputes as Stripe describes them, and enqueues an event for each change.</summary>
public sealed class DisputeStore(NpgsqlDataSource dataSource, PaymentStore payments, OutboxRelay relay, TimeProvider time)
{
    public async Task<IReadOnlyList<PaymentDispute>> OfPaymentAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PaymentDispute>(new CommandDefinition(
            """
            SELECT id, amount, currency, reason, status, created_at, updated_at
            FROM disputes WHERE payment_id = @paymentId ORDER BY created_at, id
            """, new { paymentId }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Stores one dispute as Stripe describes it now. Enqueues <c>payment.disputed</c> if the dispute changed.</summary>
    public async Task ApplyAsync(Guid paymentId, global::Stripe.Dispute dispute, CancellationToken cancellationToken)
    {
        // A closed dispute stays closed; a late update does not reopen it.
        const string Sql = """
            INSERT INTO disputes (id, payment_id, amount, currency, reason, status, created_at, updated_at)
            VALUES (@Id, @paymentId, @Amount, @Currency, @Reason, @Status, @Created, @now)
            ON CONFLICT (id) DO UPDATE SET amount = @Amount, reason = @Reason, status = @Status, updated_at = @now
            WHERE (disputes.status, disputes.amount) IS DISTINCT FROM (@Status, @Amount)
              AND disputes.status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var payment = await payments.LockAsync(connection, paymentId, cancellationToken);
        var changed = await connection.ExecuteAsync(new CommandDefinition(Sql, new
        {
            dispute.Id,
            dispute.Amount,
            dispute.Currency,
            dispute.Reason,
            dispute.Status,
            dispute.Created,
            paymentId,
            now = time.GetUtcNow().UtcDateTime,
        }, cancellationToken: cancellationToken));
        if (changed == 0) return;
        var (_, entry) = await payments.TransitionAsync(connection, payment, PaymentTransition.Disputed(payment), cancellationToken)
            ?? throw new InvalidOperationException($"Payment {paymentId} changed although its row was locked.");
        await transaction.CommitAsync(cancellationToken);
        if (entry is not null) relay.Publish(entry);
    }
}
