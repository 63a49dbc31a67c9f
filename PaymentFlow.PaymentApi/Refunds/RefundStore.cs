using Npgsql;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>
/// All SQL on refunds. The payment's row lock makes concurrent refunds run one after another, so that their sum never exceeds the
/// charge.
/// </summary>
public sealed class RefundStore(
    NpgsqlDataSource dataSource, PaymentStore payments, OutboxRelay relay, PaymentTiming timing, TimeProvider time)
{
    const string Columns = "id, payment_id, amount, requested_amount, status, code, stripe_refund_id, created_at, reason";
    const string OfPayment = $"SELECT {Columns} FROM refunds WHERE payment_id = $1 ORDER BY created_at, id";

    public async Task<IReadOnlyList<Refund>> OfPaymentAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(OfPayment).With(paymentId);
        return await command.ListAsync(Read, cancellationToken);
    }

    public async Task<Refund?> FindAsync(Guid paymentId, string idempotencyKey, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT {Columns} FROM refunds WHERE payment_id = $1 AND idempotency_key = $2").With(paymentId).With(idempotencyKey);
        return await command.FirstOrDefaultAsync(Read, cancellationToken);
    }

    public async Task<Refund> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns} FROM refunds WHERE id = $1").With(id);
        return (await command.FirstOrDefaultAsync(Read, cancellationToken))!;
    }

    /// <summary>
    /// Reserves the given amount, or all that is left, before Stripe is asked. Null, with nothing written, when that is not possible:
    /// the payment is not paid, too little is left, or the key was used before.
    /// </summary>
    public async Task<Refund?> ReserveAsync(
        Guid paymentId, long? amount, string? reason, string idempotencyKey, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            WITH remainder AS (
                SELECT p.amount - coalesce((
                    SELECT sum(r.amount) FROM refunds r
                    WHERE r.payment_id = p.id AND r.status IN ('reserved', 'pending', 'succeeded')), 0) AS amount
                FROM payments p WHERE p.id = $2 AND p.status IN ('succeeded', 'partially_refunded'))
            INSERT INTO refunds (
                id, payment_id, amount, requested_amount, status, idempotency_key, created_at, updated_at, reconcile_at, reason)
            SELECT $1, $2, coalesce($3, amount), $3, 'reserved', $4, $5, $5, now() + $6, $7
            FROM remainder WHERE coalesce($3, amount) BETWEEN 1 AND amount
            ON CONFLICT DO NOTHING
            RETURNING {Columns}
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A statement of its own: the next one takes its snapshot after the lock, so it sees every earlier reservation.
        await payments.LockAsync(connection, paymentId, cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection)
            .With(Guid.CreateVersion7()).With(paymentId).With(amount).With(idempotencyKey).With(time.GetUtcNow()).With(timing.FirstCheck)
            .With(reason);
        var reserved = await command.FirstOrDefaultAsync(Read, cancellationToken);
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
            UPDATE refunds SET status = $2, code = $3, updated_at = $4, idempotency_key = CASE WHEN $5 THEN idempotency_key END
            WHERE id = $1 AND status = 'reserved'
            """;
        await using var command = dataSource.CreateCommand(Sql)
            .With(id).With(isFinal ? RefundStatuses.Failed : RefundStatuses.NotSent).With(code).With(time.GetUtcNow()).With(isFinal);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Applies Stripe's state of refunds, made here or in its dashboard, and updates the payment accordingly. A refund's status only
    /// goes forward, so a repeated, late or reordered state changes nothing.
    /// </summary>
    /// <returns>The payment afterwards.</returns>
    public async Task<Payment> ApplyAsync(Guid paymentId, IReadOnlyList<StripeRefundState> news, CancellationToken cancellationToken)
    {
        // A refund made in Stripe's dashboard has no row yet.
        const string Sql = """
            INSERT INTO refunds (id, payment_id, amount, status, code, stripe_refund_id, created_at, updated_at, reconcile_at)
            VALUES (@id, @payment, @amount, @status, @code, @stripeId, @now, @now, now() + @daily)
            ON CONFLICT (id) DO UPDATE
                SET status = @status, code = @code, stripe_refund_id = @stripeId, updated_at = @now, reconcile_at = now() + @daily
            """;
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var payment = await payments.LockAsync(connection, paymentId, cancellationToken);
        await using var known = new NpgsqlCommand(OfPayment, connection).With(paymentId);
        var refunds = (await known.ListAsync(Read, cancellationToken)).ToDictionary(refund => refund.Id);
        foreach (var state in news)
        {
            var before = refunds.GetValueOrDefault(state.RefundId ?? Guid.Empty)
                ?? refunds.Values.FirstOrDefault(refund => refund.StripeRefundId == state.StripeId);
            if (before is not null && !RefundStatuses.IsForward(before.Status, state.Status)) continue;
            var after = state.Update(before ?? new Refund
            {
                Id = Guid.CreateVersion7(),
                PaymentId = paymentId,
                Amount = state.Amount,
                Status = state.Status,
                CreatedAt = now.UtcDateTime,
            });
            refunds[after.Id] = after;
            await using var command = new NpgsqlCommand(Sql, connection)
                .With("id", after.Id)
                .With("payment", paymentId)
                .With("amount", after.Amount)
                .With("status", after.Status)
                .With("code", after.Code)
                .With("stripeId", after.StripeRefundId)
                .With("now", now)
                .With("daily", timing.Daily);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        var refunded = refunds.Values
            .Where(refund => refund.Status is RefundStatuses.Pending or RefundStatuses.Succeeded).Sum(refund => refund.Amount);

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
            UPDATE refunds SET reconcile_at = now() + CASE WHEN status = 'reserved' THEN $2 ELSE $3 END
            WHERE id = ANY(ARRAY(
                SELECT id FROM refunds WHERE status IN ('reserved', 'pending') AND reconcile_at <= now()
                ORDER BY reconcile_at LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING {Columns}
            """;
        await using var command = dataSource.CreateCommand(Sql).With(limit).With(timing.ChecksAfterFirst[0]).With(timing.Daily);
        return await command.ListAsync(Read, cancellationToken);
    }

    static Refund Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        PaymentId = row.GetGuid(1),
        Amount = row.GetInt64(2),
        RequestedAmount = row.Value<long>(3),
        Status = row.GetString(4),
        Code = row.Text(5),
        StripeRefundId = row.Text(6),
        CreatedAt = row.GetDateTime(7),
        Reason = row.Text(8),
    };
}

/// <summary>Stripe's state of one refund.</summary>
/// <param name="RefundId">Our own id of the refund, or null for a refund made in Stripe's dashboard.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Status">One of <see cref="RefundStatuses"/>.</param>
public sealed record StripeRefundState(Guid? RefundId, string StripeId, long Amount, string Status, string? Code)
{
    public static StripeRefundState From(global::Stripe.Refund refund) =>
        new(Guid.TryParse(refund.Metadata?.GetValueOrDefault(MetadataKeys.RefundId), out var id) ? id : null,
            refund.Id, refund.Amount, RefundStatuses.FromStripe(refund.Status), refund.FailureReason);

    /// <summary>The refund's row with this state. The amount stays.</summary>
    public Refund Update(Refund refund) => refund with { Status = Status, Code = Code, StripeRefundId = StripeId };
}
