using System.Diagnostics;
using Dapper;
using Npgsql;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Creates and claims payments. At most one attempt at a time may ask Stripe to charge.
/// See docs/decisions/0003-claim-before-asking-stripe.md.
/// </summary>
public sealed class PaymentClaims(NpgsqlDataSource dataSource, PaymentTiming timing, TimeProvider time)
{
    const string Columns = PaymentStore.Columns;

    const string InsertIfAbsent = """
        WITH inserted AS (
            INSERT INTO payments (id, order_id, reference, amount, currency, status, updated_at, reconcile_at)
            VALUES (@NewId, @OrderId, @Reference, @Amount, @Currency, 'processing', @Now, now() + @AbandonAfter)
            ON CONFLICT (order_id) DO NOTHING RETURNING id, version, status)
        INSERT INTO payment_history (payment_id, version, status) SELECT id, version, status FROM inserted;
        """;

    /// <summary>Returns the order's one payment and creates it if there is none yet. Moves no money.</summary>
    public async Task<Payment> GetOrCreateAsync(PayableOrder order, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<Payment>(new CommandDefinition(
            $"{InsertIfAbsent} SELECT {Columns} FROM payments WHERE order_id = @OrderId;", New(order),
            cancellationToken: cancellationToken));
    }

    /// <summary>
    /// Claims the row for one confirmation and stores the attempt. Only the caller that gets the payment back may ask Stripe to charge.
    /// Null when the payment can't be claimed: it is paid, canceled or in flight, its attempts are used up, or the key was used before.
    /// </summary>
    /// <exception cref="ClaimUnknownException">Postgres went down during the claim; the claim may have been committed.</exception>
    public async Task<Payment?> ClaimAsync(PayableOrder order, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            {InsertIfAbsent}
            WITH claimed AS (
                UPDATE payments
                SET status = 'processing', attempt_id = @AttemptId, attempts = attempts + 1, version = version + 1,
                    updated_at = @Now, reconcile_at = now() + @FirstCheck
                WHERE order_id = @OrderId AND attempts - attempts_not_sent < @MaxAttempts
                  AND (status IN ('failed', 'requires_action') OR (status = 'processing' AND attempt_id IS NULL))
                  AND NOT EXISTS (SELECT FROM payment_attempts a WHERE a.payment_id = payments.id AND a.idempotency_key = @Key)
                RETURNING {Columns}),
            attempt AS (
                INSERT INTO payment_attempts (id, payment_id, number, payment_method, return_url, idempotency_key)
                SELECT attempt_id, id, attempts, @PaymentMethod, @ReturnUrl, @Key FROM claimed),
            history AS (
                INSERT INTO payment_history (payment_id, version, status, attempt_id, traceparent)
                SELECT id, version, status, attempt_id, @TraceParent FROM claimed)
            SELECT {Columns} FROM claimed;
            """;
        var parameters = New(order);
        parameters.Add("AttemptId", attempt.Id);
        parameters.Add("MaxAttempts", Payment.MaxAttempts);
        parameters.Add("Key", attempt.IdempotencyKey);
        parameters.Add("PaymentMethod", attempt.PaymentMethod);
        parameters.Add("ReturnUrl", attempt.ReturnUrl);
        parameters.Add("TraceParent", Activity.Current?.Id);
        parameters.Add("FirstCheck", timing.FirstCheck);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return await connection.QuerySingleOrDefaultAsync<Payment>(
                new CommandDefinition(Sql, parameters, cancellationToken: cancellationToken));
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
                WHERE id = (SELECT payment_id FROM payment_attempts WHERE id = @attemptId)
                  AND attempt_id = @attemptId AND status = 'processing'
                RETURNING id, version, status),
            attempt AS (
                UPDATE payment_attempts SET status = @status, code = @code, idempotency_key = NULL, completed_at = @now
                WHERE id = @attemptId AND EXISTS (SELECT FROM released))
            INSERT INTO payment_history (payment_id, version, status, attempt_id, traceparent)
            SELECT id, version, status, @attemptId, @traceParent FROM released
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Sql, new
        {
            attemptId,
            status = reachedStripe ? "refused" : "not_sent",
            notSent = reachedStripe ? 0 : 1,
            code,
            now = time.GetUtcNow().UtcDateTime,
            abandonAfter = timing.AbandonAfter,
            traceParent = Activity.Current?.Id,
        }, cancellationToken: cancellationToken));
    }

    DynamicParameters New(PayableOrder order) => new(new
    {
        NewId = Guid.CreateVersion7(),
        OrderId = order.Id,
        order.Reference,
        order.Amount,
        order.Currency,
        Now = time.GetUtcNow().UtcDateTime,
        timing.AbandonAfter,
    });
}

/// <summary>The row may be claimed although the caller got no answer. Nothing was sent to Stripe.</summary>
public sealed class ClaimUnknownException(Exception inner) : Exception("Postgres went down while a payment was being claimed.", inner);
