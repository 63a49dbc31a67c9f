using Npgsql;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Disputes;

/// <summary>Stores disputes as Stripe describes them, and enqueues an event for each change.</summary>
public sealed class DisputeStore(NpgsqlDataSource dataSource, PaymentStore payments, OutboxRelay relay, TimeProvider time)
{
    public async Task<IReadOnlyList<PaymentDispute>> OfPaymentAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT id, amount, currency, reason, status, created_at, updated_at, due_by
            FROM disputes WHERE payment_id = $1 ORDER BY created_at, id
            """;
        await using var command = dataSource.CreateCommand(Sql).With(paymentId);
        return await command.ListAsync(row => new PaymentDispute
        {
            Id = row.GetString(0),
            Amount = row.GetInt64(1),
            Currency = row.GetString(2),
            Reason = row.GetString(3),
            Status = row.GetString(4),
            CreatedAt = row.GetDateTime(5),
            UpdatedAt = row.GetDateTime(6),
            DueBy = row.Value<DateTime>(7),
        }, cancellationToken);
    }

    /// <summary>Stores one dispute as Stripe describes it now. Enqueues <c>payment.disputed</c> if the dispute changed.</summary>
    public async Task ApplyAsync(Guid paymentId, global::Stripe.Dispute dispute, CancellationToken cancellationToken)
    {
        // A closed dispute stays closed; a late update does not reopen it.
        const string Sql = """
            INSERT INTO disputes (id, payment_id, amount, currency, reason, status, created_at, updated_at, due_by)
            VALUES (@id, @payment, @amount, @currency, @reason, @status, @createdAt, @now, @dueBy)
            ON CONFLICT (id) DO UPDATE SET amount = @amount, reason = @reason, status = @status, updated_at = @now, due_by = @dueBy
            WHERE (disputes.status, disputes.amount) IS DISTINCT FROM (@status, @amount)
              AND disputes.status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var payment = await payments.LockAsync(connection, paymentId, cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection)
            .With("id", dispute.Id)
            .With("payment", paymentId)
            .With("amount", dispute.Amount)
            .With("currency", dispute.Currency)
            .With("reason", dispute.Reason)
            .With("status", dispute.Status)
            .With("createdAt", dispute.Created)
            .With("now", time.GetUtcNow())
            .With("dueBy", dispute.EvidenceDetails?.DueBy);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            // Another time to answer is no news for the order. Disputes from before this column get theirs here.
            const string Due = "UPDATE disputes SET due_by = $2 WHERE id = $1 AND due_by IS DISTINCT FROM $2";
            await using var due = new NpgsqlCommand(Due, connection).With(dispute.Id).With(dispute.EvidenceDetails?.DueBy);
            await due.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return;
        }
        var (_, entry) = await payments.TransitionAsync(connection, payment, PaymentTransition.Disputed(payment), cancellationToken)
            ?? throw new InvalidOperationException($"Payment {paymentId} changed although its row was locked.");
        await transaction.CommitAsync(cancellationToken);
        if (entry is not null) relay.Publish(entry);
    }
}
