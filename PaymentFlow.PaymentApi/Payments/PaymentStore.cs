using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// All SQL on payments. Every transition is one conditional UPDATE that raises the version by one, in one statement with its history
/// and its event: one round trip, one transaction. A stale update affects no row. See docs/decisions/0004-sql-and-data-access.md.
/// </summary>
public sealed class PaymentStore(
    NpgsqlDataSource dataSource, OutboxRelay relay, PaymentTiming timing, TimeProvider time)
{
    const string EventSource = "/payment-api";
    internal const string Columns =
        "id, order_id, reference, amount, amount_refunded, currency, status, version, payment_intent_id, attempt_id, attempts, "
        + "attempts_not_sent, updated_at";

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

    /// <summary>Reads the payment and locks its row until the connection's transaction ends.</summary>
    public Task<Payment> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<Payment>(
            Command($"SELECT {Columns} FROM payments WHERE id = @id FOR UPDATE", new { id }, cancellationToken));

    /// <summary>The W3C trace context of the request or event that led to the payment's current version.</summary>
    public Task<string?> TraceParentAsync(Payment payment, CancellationToken cancellationToken) =>
        SingleAsync<string>(
            "SELECT traceparent FROM payment_history WHERE payment_id = @Id AND version = @Version",
            new { payment.Id, payment.Version }, cancellationToken);

    public async Task<IReadOnlyList<PaymentHistoryEntry>> HistoryAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT h.version, h.status, h.amount_refunded, h.at, a.number AS attempt, a.payment_method, a.code, a.decline_code
            FROM payment_history h LEFT JOIN payment_attempts a ON a.id = h.attempt_id
            WHERE h.payment_id = @paymentId ORDER BY h.version
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PaymentHistoryEntry>(Command(Sql, new { paymentId }, cancellationToken))).AsList();
    }

    /// <summary>
    /// Stores the PaymentIntent if the order has none yet, and returns the stored one. The first PaymentIntent stays permanently.
    /// </summary>
    public async Task<string> StoreIntentAsync(Guid paymentId, string intentId, CancellationToken cancellationToken) =>
        (await SingleAsync<string>(
            """
            UPDATE payments SET payment_intent_id = coalesce(payment_intent_id, @intentId)
            WHERE id = @paymentId RETURNING payment_intent_id
            """, new { paymentId, intentId }, cancellationToken))!;

    /// <summary>
    /// Applies a transition to exactly this version of the payment, with its event, and hands the event to the relay after the commit.
    /// Null when the payment has changed in the meantime: the caller must read it again and decide anew.
    /// </summary>
    public async Task<Payment?> TransitionAsync(Payment payment, PaymentTransition transition, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await TransitionAsync(connection, payment, transition, cancellationToken) is not var (moved, entry)) return null;
        if (entry is not null) relay.Publish(entry);
        return moved;
    }

    /// <summary>The same within the caller's transaction. The caller publishes the entry after the commit.</summary>
    public async Task<(Payment Moved, OutboxEntry? Entry)?> TransitionAsync(
        NpgsqlConnection connection, Payment payment, PaymentTransition transition, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH moved AS (
                UPDATE payments SET status = @Status, amount_refunded = @AmountRefunded, version = @Version,
                    updated_at = @Now, reconcile_at = now() + @FirstCheck
                WHERE id = @Id AND version = @Version - 1 RETURNING id),
            attempt AS (
                UPDATE payment_attempts SET status = @Status, code = @Code, decline_code = @DeclineCode, completed_at = @Now
                WHERE id = @AttemptId AND EXISTS (SELECT FROM moved)),
            event AS (
                INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
                SELECT @EventId, @Topic, @Key, @Type, @Source, @Now, @TraceParent, @Data FROM moved WHERE @Type IS NOT NULL
                RETURNING id),
            history AS (
                INSERT INTO payment_history (payment_id, version, status, amount_refunded, attempt_id, traceparent, outbox_id)
                SELECT id, @Version, @Status, @AmountRefunded, @AttemptId, @TraceParent, (SELECT id FROM event) FROM moved)
            SELECT (SELECT id FROM event) FROM moved
            """;
        var now = time.GetUtcNow();
        var moved = payment.After(transition, now);
        var state = moved.ToEvent();
        var cloudEvent = new CloudEvent(
            state.EventId, transition.EventType ?? "", EventSource, now, moved.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Default.PaymentEvent), Activity.Current?.Id);

        var rows = (await connection.QueryAsync<long?>(Command(Sql, new
        {
            moved.Id,
            moved.Status,
            moved.AmountRefunded,
            moved.Version,
            AttemptId = transition.SettlesAttempt ? moved.AttemptId : null,
            transition.Code,
            transition.DeclineCode,
            EventId = cloudEvent.Id,
            Topic = Topics.Payments,
            cloudEvent.Key,
            Type = transition.EventType,
            cloudEvent.Source,
            Now = now.UtcDateTime,
            timing.FirstCheck,
            cloudEvent.TraceParent,
            cloudEvent.Data,
        }, cancellationToken))).AsList();

        if (rows.Count == 0) return null;
        return (moved, rows[0] is { } outboxId ? new OutboxEntry(outboxId, Topics.Payments, cloudEvent) : null);
    }

    async Task<T?> SingleAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters, cancellationToken));
    }

    static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}
