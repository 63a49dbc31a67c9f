using Dapper;
using Npgsql;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>
/// All SQL on refunds. The payment's row lock makes concurrent refunds run one after another, so that their sum never exceeds the
/// charge.
/// </summary>
public sealed class RefundStore(
    NpgsqlDataSource dataSource, PaymentStore payments, OutboxRelay relay, PaymentTiming timing, TimeProvider time)
{
    const string Columns = "id, payment_id, amount, requested_amount, status, code, stripe_refund_id, created_at";

    public async Task<IReadOnlyList<Refund>> OfPaymentAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Refund>(Command(
            $"SELECT {Columns} FROM refunds WHERE payment_id = @paymentId ORDER BY created_at, id", new { paymentId },
            cancellationToken))).AsList();
    }

    public Task<Refund?> FindAsync(Guid paymentId, string idempotencyKey, CancellationToken cancellationToken) =>
        SingleAsync(
            $"SELECT {Columns} FROM refunds WHERE payment_id = @paymentId AND idempotency_key = @idempotencyKey",
            new { paymentId, idempotencyKey }, cancellationToken);

    public async Task<Refund> GetAsync(Guid id, CancellationToken cancellationToken) =>
        (await SingleAsync($"SELECT {Columns} FROM refunds WHERE id = @id", new { id }, cancellationToken))!;

    /// <summary>
    /// Reserves the given amount, or all that is left, before Stripe is asked. Null, with nothing written, when that is not possible:
    /// the payment is not paid, too little is left, or the key was used before.
    /// </summary>
    public async Task<Refund?> ReserveAsync(Guid paymentId, long? amount, string idempotencyKey, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            WITH remainder AS (
                SELECT p.amount - coalesce((
                    SELECT sum(r.amount) FROM refunds r
                    WHERE r.payment_id = p.id AND r.status IN ('reserved', 'pending', 'succeeded')), 0) AS amount
                FROM payments p WHERE p.id = @paymentId AND p.status IN ('succeeded', 'partially_refunded'))
            INSERT INTO refunds (id, payment_id, amount, requested_amount, status, idempotency_key, created_at, updated_at, reconcile_at)
            SELECT @id, @paymentId, coalesce(@amount, amount), @amount, 'reserved', @idempotencyKey, @now, @now, now() + @FirstCheck
            FROM remainder WHERE coalesce(@amount, amount) BETWEEN 1 AND amount
            ON CONFLICT DO NOTHING
            RETURNING {Columns}
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A statement of its own: the next one takes its snapshot after the lock, so it sees every earlier reservation.
        await payments.LockAsync(connection, paymentId, cancellationToken);
        var reserved = await connection.QuerySingleOrDefaultAsync<Refund>(Command(Sql, new
        {
            id = Guid.CreateVersion7(),
            paymentId,
            amount,
            idempotencyKey,
            now = time.GetUtcNow().UtcDateTime,
            timing.FirstCheck,
        }, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return reserved;
    }

    /// <summary>
    /// Releases a reserved amount, because Stripe did nothing. Has no effect when Stripe's answer is already stored.
    /// </summary>
    /// <param name="isFinal">
    /// Whether Stripe refused the request's content. If so, a repeat with the same key gets the same refusal; otherwise the key is free
    /// for another try.
    /// </param>
    public async Task GiveBackAsync(Guid id, bool isFinal, string code, CancellationToken cancellationToken)
    {
        const string Sql = """
            UPDATE refunds SET status = @status, code = @code, updated_at = @now,
                idempotency_key = CASE WHEN @isFinal THEN idempotency_key END
            WHERE id = @id AND status = 'reserved'
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(Sql, new
        {
            id,
            isFinal,
            status = isFinal ? RefundStatuses.Failed : RefundStatuses.NotSent,
            code,
            now = time.GetUtcNow().UtcDateTime,
        }, cancellationToken));
    }

    /// <summary>
    /// Applies Stripe's state of refunds, made here or in its dashboard, and updates the payment accordingly. A refund's status only
    /// goes forward, so a repeated, late or reordered state changes nothing.
    /// </summary>
    /// <returns>The payment afterwards.</returns>
    public async Task<Payment> ApplyAsync(Guid paymentId, IReadOnlyList<StripeRefundState> news, CancellationToken cancellationToken)
    {
        const string Order = "array_position(ARRAY['reserved', 'not_sent', 'pending', 'succeeded', 'failed'], {0})";
        var forward = string.Format(null, Order, "refunds.status") + " < " + string.Format(null, Order, "@Status");
        var sql = $"""
            UPDATE refunds SET status = @Status, code = @Code, stripe_refund_id = @StripeId, updated_at = @now,
                reconcile_at = now() + @Daily
            WHERE id = @RefundId AND payment_id = @paymentId AND {forward};
            INSERT INTO refunds (id, payment_id, amount, status, code, stripe_refund_id, created_at, updated_at, reconcile_at)
            SELECT @newId, @paymentId, @Amount, @Status, @Code, @StripeId, @now, @now, now() + @Daily
            WHERE NOT EXISTS (SELECT FROM refunds WHERE id = @RefundId AND payment_id = @paymentId)
            ON CONFLICT (stripe_refund_id) DO UPDATE
                SET status = @Status, code = @Code, updated_at = @now, reconcile_at = now() + @Daily WHERE {forward};
            """;
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var payment = await payments.LockAsync(connection, paymentId, cancellationToken);
        foreach (var refund in news)
        {
            await connection.ExecuteAsync(Command(sql, new
            {
                refund.RefundId,
                refund.StripeId,
                refund.Amount,
                refund.Status,
                refund.Code,
                paymentId,
                newId = Guid.CreateVersion7(),
                now = now.UtcDateTime,
                timing.Daily,
            }, cancellationToken));
        }
        var refunded = await connection.ExecuteScalarAsync<long>(Command(
            "SELECT coalesce(sum(amount), 0)::bigint FROM refunds WHERE payment_id = @paymentId AND status IN ('pending', 'succeeded')",
            new { paymentId }, cancellationToken));

        OutboxEntry? entry = null;
        if (PaymentTransition.Refunded(payment, refunded) is { } transition)
        {
            (payment, entry) = await payments.TransitionAsync(connection, payment, transition, cancellationToken)
                ?? throw new InvalidOperationException($"Payment {paymentId} changed although its row was locked.");
        }
        await transaction.CommitAsync(cancellationToken);
        if (entry is not null) relay.Publish(entry);
        return payment;
    }

    /// <summary>Takes the open refunds that are due for a check and schedules their next check.</summary>
    public async Task<IReadOnlyList<Refund>> LeaseDueAsync(int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            UPDATE refunds SET reconcile_at = now() + CASE WHEN status = 'reserved' THEN @soon ELSE @Daily END
            WHERE id = ANY(ARRAY(
                SELECT id FROM refunds WHERE status IN ('reserved', 'pending') AND reconcile_at <= now()
                ORDER BY reconcile_at LIMIT @limit FOR UPDATE SKIP LOCKED))
            RETURNING {Columns}
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Refund>(Command(
            Sql, new { limit, soon = timing.ChecksAfterFirst[0], timing.Daily }, cancellationToken))).AsList();
    }

    async Task<Refund?> SingleAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Refund>(Command(sql, parameters, cancellationToken));
    }

    static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}
