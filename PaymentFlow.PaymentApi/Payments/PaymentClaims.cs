using System.Diagnostics;
using Npgsql;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Creates and claims payments. At most one attempt at a time may ask Stripe to charge.
/// See docs/decisions/0003-claim-before-asking-stripe.md.
/// </summary>
public sealed class PaymentClaims(NpgsqlDataSource dataSource, PaymentTiming timing, TimeProvider time)
{
    /// <summary>Returns the order's one payment and creates it if there is none yet. Moves no money.</summary>
    public async Task<Payment> GetOrCreateAsync(PayableOrder order, CancellationToken cancellationToken)
    {
        const string InsertIfAbsent = """
            WITH inserted AS (
                INSERT INTO payments (id, order_id, reference, amount, currency, status, updated_at, reconcile_at, open_until)
                VALUES ($1, $2, $3, $4, $5, 'processing', $6, now() + $7, $8)
                ON CONFLICT (order_id) DO NOTHING RETURNING id, version, status),
            description AS (
                INSERT INTO payment_descriptions (payment_id, description, words)
                SELECT id, $9, array_to_tsvector($10) FROM inserted WHERE $9 IS NOT NULL)
            INSERT INTO payment_history (payment_id, version, status) SELECT id, version, status FROM inserted
            """;
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertIfAbsent)
            .With(Guid.CreateVersion7()).With(order.Id).With(order.Reference).With(order.Amount).With(order.Currency)
            .With(time.GetUtcNow()).With(timing.AbandonAfter).With(order.ExpiresAt?.ToUniversalTime())
            .With(order.Description).With(PaymentWords.Of(order.Description)));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT {Payment.Columns} FROM payments WHERE order_id = $1").With(order.Id));
        return (await batch.FirstOrDefaultAsync(Payment.Read, cancellationToken))!;
    }

    /// <summary>
    /// Claims the row for one confirmation and stores the attempt; creates the payment if there is none yet. Only the caller that gets the
    /// payment back may ask Stripe to charge. Null when the payment can't be claimed: it is paid, canceled or in flight, its attempts are
    /// used up, or the key was used before.
    /// </summary>
    /// <exception cref="ClaimUnknownException">Postgres went down during the claim; the claim may have been committed.</exception>
    public async Task<Payment?> ClaimAsync(PayableOrder order, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            WITH claimed AS (
                INSERT INTO payments (id, order_id, reference, amount, currency, open_until,
                    status, attempt_id, attempts, updated_at, reconcile_at)
                VALUES (@id, @order, @reference, @amount, @currency, @openUntil, 'processing', @attempt, 1, @now, now() + @firstCheck)
                ON CONFLICT (order_id) DO UPDATE
                SET status = 'processing', attempt_id = @attempt, attempts = payments.attempts + 1, version = payments.version + 1,
                    updated_at = @now, reconcile_at = now() + @firstCheck
                WHERE payments.attempts - payments.attempts_not_sent < @maxAttempts
                  AND (payments.status IN ('failed', 'requires_action')
                       OR (payments.status = 'processing' AND payments.attempt_id IS NULL))
                  AND NOT EXISTS (SELECT FROM payment_attempts a WHERE a.payment_id = payments.id AND a.idempotency_key = @key)
                RETURNING {Payment.Columns}),
            description AS (
                INSERT INTO payment_descriptions (payment_id, description, words)
                SELECT id, @description, array_to_tsvector(@words) FROM claimed WHERE id = @id AND @description IS NOT NULL),
            attempt AS (
                INSERT INTO payment_attempts (id, payment_id, number, payment_method, return_url, idempotency_key)
                SELECT attempt_id, id, attempts, @paymentMethod, @returnUrl, @key FROM claimed),
            history AS (
                INSERT INTO payment_history (payment_id, version, status, attempt_id, traceparent)
                SELECT id, version, status, attempt_id, @traceParent FROM claimed)
            SELECT {Payment.Columns} FROM claimed
            """;
        await using var command = dataSource.CreateCommand(Sql)
            .With("id", Guid.CreateVersion7())
            .With("order", order.Id)
            .With("reference", order.Reference)
            .With("amount", order.Amount)
            .With("currency", order.Currency)
            .With("openUntil", order.ExpiresAt?.ToUniversalTime())
            .With("description", order.Description)
            .With("words", PaymentWords.Of(order.Description))
            .With("attempt", attempt.Id)
            .With("now", time.GetUtcNow())
            .With("firstCheck", timing.FirstCheck)
            .With("maxAttempts", Payment.MaxAttempts)
            .With("key", attempt.IdempotencyKey)
            .With("paymentMethod", attempt.PaymentMethod)
            .With("returnUrl", attempt.ReturnUrl)
            .With("traceParent", Activity.Current?.Id);
        try
        {
            return await command.FirstOrDefaultAsync(Payment.Read, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another request with the same Idempotency-Key has claimed and settled since this statement's snapshot.
            return null;
        }
        catch (Exception e) when (e is not PostgresException && DatabaseFailure.IsAway(e))
        {
            // A refusal by Postgres means that nothing was committed. Without an answer the claim may have been committed.
            throw new ClaimUnknownException(e);
        }
    }

    /// <summary>
    /// Releases a claimed row, because Stripe did nothing. The row is payable again and the caller's Idempotency-Key is free, as if the
    /// attempt had not been made. Does nothing when the row is not claimed by this attempt, or no longer.
    /// </summary>
    /// <param name="reachedStripe">
    /// Whether Stripe judged the request. If so, the attempt counts towards <see cref="Payment.MaxAttempts"/>.
    /// </param>
    public async Task ReleaseAsync(Guid attemptId, bool reachedStripe, string code, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH released AS (
                UPDATE payments SET attempt_id = NULL, attempts_not_sent = attempts_not_sent + @notSent,
                    version = version + 1, updated_at = @now, reconcile_at = now() + @abandonAfter
                WHERE id = (SELECT payment_id FROM payment_attempts WHERE id = @attempt)
                  AND attempt_id = @attempt AND status = 'processing'
                RETURNING id, version, status),
            attempt AS (
                UPDATE payment_attempts SET status = @status, code = @code, idempotency_key = NULL, completed_at = @now
                WHERE id = @attempt AND EXISTS (SELECT FROM released))
            INSERT INTO payment_history (payment_id, version, status, attempt_id, traceparent)
            SELECT id, version, status, @attempt, @traceParent FROM released
            """;
        await using var command = dataSource.CreateCommand(Sql)
            .With("attempt", attemptId)
            .With("notSent", reachedStripe ? 0 : 1)
            .With("status", reachedStripe ? "refused" : "not_sent")
            .With("code", code)
            .With("now", time.GetUtcNow())
            .With("abandonAfter", timing.AbandonAfter)
            .With("traceParent", Activity.Current?.Id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The row may be claimed although the caller got no answer. Nothing was sent to Stripe.</summary>
public sealed class ClaimUnknownException(Exception inner) : Exception("Postgres went down while a payment was being claimed.", inner);

/// <summary>A row of <c>payment_attempts</c>: one confirmation.</summary>
public sealed record PaymentAttempt
{
    public required Guid Id { get; init; }
    public required string PaymentMethod { get; init; }
    public string? ReturnUrl { get; init; }
    public string? IdempotencyKey { get; init; }
    public required string Status { get; init; }
    public string? Code { get; init; }
    public string? DeclineCode { get; init; }

    /// <summary>The attempt's id is stored before the call, so that a repeat after a crash is the same request to Stripe.</summary>
    public StripeConfirmation ToConfirmation(string intentId) => new(intentId, PaymentMethod, ReturnUrl, $"confirm-{Id}");
}
