using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Npgsql;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Database;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Outbox;
using PaymentFlow.PaymentApi.Orders;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// All SQL on payments. Every transition is one conditional UPDATE that raises the version by one, in one statement with
/// its history and its event: one round trip, one transaction. Who comes too late changes nothing.
/// </summary>
public sealed class PaymentStore(NpgsqlDataSource dataSource, OutboxRelay relay, TimeProvider time)
{
    const string EventSource = "/payment-api";
    const string Columns =
        "id, order_id, reference, amount, amount_refunded, currency, status, version, payment_intent_id, attempt_id, attempts, "
        + "attempts_not_sent";

    static PaymentStore() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        SingleAsync<Payment>($"SELECT {Columns} FROM payments WHERE id = @id", new { id }, cancellationToken);

    public Task<Payment?> FindByOrderAsync(Guid orderId, CancellationToken cancellationToken) =>
        SingleAsync<Payment>($"SELECT {Columns} FROM payments WHERE order_id = @orderId", new { orderId }, cancellationToken);

    public Task<Payment?> FindByIntentAsync(string intentId, CancellationToken cancellationToken) =>
        SingleAsync<Payment>($"SELECT {Columns} FROM payments WHERE payment_intent_id = @intentId", new { intentId }, cancellationToken);

    public Task<PaymentAttempt?> FindAttemptAsync(Guid paymentId, string idempotencyKey, CancellationToken cancellationToken) =>
        SingleAsync<PaymentAttempt>(
            "SELECT * FROM payment_attempts WHERE payment_id = @paymentId AND idempotency_key = @idempotencyKey",
            new { paymentId, idempotencyKey }, cancellationToken);

    /// <summary>The trace of what brought the payment to its present version.</summary>
    public Task<string?> TraceParentAsync(Payment payment, CancellationToken cancellationToken) =>
        SingleAsync<string>(
            "SELECT traceparent FROM payment_history WHERE payment_id = @Id AND version = @Version",
            new { payment.Id, payment.Version }, cancellationToken);

    public async Task<IReadOnlyList<PaymentHistoryEntry>> HistoryAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT h.version, h.status, h.at, a.number AS attempt, a.payment_method, a.code, a.decline_code
            FROM payment_history h LEFT JOIN payment_attempts a ON a.id = h.attempt_id
            WHERE h.payment_id = @paymentId ORDER BY h.version
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PaymentHistoryEntry>(Command(Sql, new { paymentId }, cancellationToken))).AsList();
    }

    /// <summary>The order's one payment, made now if there is none yet. It moves no money.</summary>
    public async Task<Payment> TakeAsync(PayableOrder order, CancellationToken cancellationToken) =>
        (await SingleAsync<Payment>(
            $"{InsertIfAbsent} SELECT {Columns} FROM payments WHERE order_id = @OrderId;", New(order), cancellationToken))!;

    /// <summary>
    /// Takes the row for one confirmation, storing the attempt: whoever gets the payment back, and nobody else, may ask
    /// Stripe. Null when it is not to be had: paid, canceled, in flight, attempts used up, or the key was used before.
    /// </summary>
    /// <exception cref="ClaimUnknownException">Postgres went away during the claim; it may have been committed.</exception>
    public async Task<Payment?> ClaimAsync(PayableOrder order, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            {InsertIfAbsent}
            WITH claimed AS (
                UPDATE payments
                SET status = 'processing', attempt_id = @AttemptId, attempts = attempts + 1, version = version + 1, updated_at = now()
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
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return await connection.QuerySingleOrDefaultAsync<Payment>(Command(Sql, parameters, cancellationToken));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The same Idempotency-Key, claimed and settled by another request since this one's snapshot.
            return null;
        }
        catch (Exception e) when (e is not PostgresException && DatabaseFailure.IsAway(e))
        {
            // What Postgres itself refuses is not committed; an answer that did not come may have been.
            throw new ClaimUnknownException(e);
        }
    }

    /// <summary>
    /// Gives a claimed row back: Stripe did nothing, so the row is payable and the caller's Idempotency-Key is free, as if
    /// the attempt had not been. Does nothing when the row is not, or no longer, claimed by this attempt.
    /// </summary>
    /// <param name="sent">Whether Stripe judged the request: then it counts towards <see cref="Payment.MaxAttempts"/>.</param>
    public async Task ReleaseAsync(Guid attemptId, bool sent, string code, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH released AS (
                UPDATE payments SET attempt_id = NULL, attempts_not_sent = attempts_not_sent + @notSent,
                    version = version + 1, updated_at = now()
                WHERE id = (SELECT payment_id FROM payment_attempts WHERE id = @attemptId)
                  AND attempt_id = @attemptId AND status = 'processing'
                RETURNING id, version, status),
            attempt AS (
                UPDATE payment_attempts SET status = @status, code = @code, idempotency_key = NULL, completed_at = now()
                WHERE id = @attemptId AND EXISTS (SELECT FROM released))
            INSERT INTO payment_history (payment_id, version, status, attempt_id, traceparent)
            SELECT id, version, status, @attemptId, @traceParent FROM released
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(Sql, new
        {
            attemptId,
            status = sent ? "refused" : "not_sent",
            notSent = sent ? 0 : 1,
            code,
            traceParent = Activity.Current?.Id,
        }, cancellationToken));
    }

    /// <summary>
    /// Stores the order's one PaymentIntent and returns the one that is stored: the first wins, for ever.
    /// </summary>
    public async Task<string> StoreIntentAsync(Guid paymentId, string intentId, CancellationToken cancellationToken) =>
        (await SingleAsync<string>(
            """
            UPDATE payments SET payment_intent_id = coalesce(payment_intent_id, @intentId)
            WHERE id = @paymentId RETURNING payment_intent_id
            """, new { paymentId, intentId }, cancellationToken))!;

    /// <summary>
    /// Applies a transition to exactly this version of the payment, with its event, and hands the event to the relay once
    /// it is committed. Null when somebody else was faster: read again and decide anew.
    /// </summary>
    public async Task<Payment?> ApplyAsync(Payment payment, PaymentTransition transition, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH moved AS (
                UPDATE payments SET status = @Status, version = @Version, updated_at = now()
                WHERE id = @Id AND version = @Version - 1 RETURNING id),
            attempt AS (
                UPDATE payment_attempts SET status = @Status, code = @Code, decline_code = @DeclineCode, completed_at = now()
                WHERE id = @AttemptId AND EXISTS (SELECT FROM moved)),
            history AS (
                INSERT INTO payment_history (payment_id, version, status, attempt_id, traceparent)
                SELECT id, @Version, @Status, @AttemptId, @TraceParent FROM moved),
            event AS (
                INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
                SELECT @EventId, @Topic, @Key, @Type, @Source, @Time, @TraceParent, @Data FROM moved WHERE @Type IS NOT NULL
                RETURNING id)
            SELECT (SELECT id FROM event) FROM moved
            """;
        var moved = payment with { Status = transition.Status, Version = payment.Version + 1 };
        var state = moved.ToEvent();
        var cloudEvent = new CloudEvent(
            state.EventId, transition.EventType ?? "", EventSource, time.GetUtcNow(), moved.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Default.PaymentEvent), Activity.Current?.Id);

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<long?>(Command(Sql, new
        {
            moved.Id,
            moved.Status,
            moved.Version,
            moved.AttemptId,
            transition.Code,
            transition.DeclineCode,
            EventId = cloudEvent.Id,
            Topic = Topics.Payments,
            cloudEvent.Key,
            Type = transition.EventType,
            cloudEvent.Source,
            Time = cloudEvent.Time.UtcDateTime,
            cloudEvent.TraceParent,
            cloudEvent.Data,
        }, cancellationToken))).AsList();

        if (rows.Count == 0) return null;
        if (rows[0] is { } outboxId) relay.Publish(new OutboxEntry(outboxId, Topics.Payments, cloudEvent));
        return moved;
    }

    const string InsertIfAbsent = """
        WITH inserted AS (
            INSERT INTO payments (id, order_id, reference, amount, currency, status)
            VALUES (@NewId, @OrderId, @Reference, @Amount, @Currency, 'processing')
            ON CONFLICT (order_id) DO NOTHING RETURNING id, version, status)
        INSERT INTO payment_history (payment_id, version, status) SELECT id, version, status FROM inserted;
        """;

    static DynamicParameters New(PayableOrder order) => new(new
    {
        NewId = Guid.CreateVersion7(),
        OrderId = order.Id,
        order.Reference,
        order.Amount,
        order.Currency,
    });

    async Task<T?> SingleAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters, cancellationToken));
    }

    static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}

/// <summary>The row may be claimed although nobody was told so; nothing was sent to Stripe.</summary>
public sealed class ClaimUnknownException(Exception inner) : Exception("Postgres went away while a payment was claimed.", inner);
