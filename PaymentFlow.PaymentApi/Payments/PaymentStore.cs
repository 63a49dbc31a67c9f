using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// All SQL on payments. Every transition is one conditional UPDATE that raises the version by one, in one statement with its history
/// and its event: one round trip, one transaction. A stale update affects no row. See docs/decisions/0004-sql-and-data-access.md.
/// </summary>
public sealed class PaymentStore(
    NpgsqlDataSource dataSource, OutboxRelay relay, PaymentTiming timing, TimeProvider time)
{
    public Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Payment.Columns} FROM payments WHERE id = $1", id, cancellationToken);

    public Task<Payment?> FindByOrderAsync(Guid orderId, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Payment.Columns} FROM payments WHERE order_id = $1", orderId, cancellationToken);

    public Task<Payment?> FindByIntentAsync(string intentId, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Payment.Columns} FROM payments WHERE payment_intent_id = $1", intentId, cancellationToken);

    async Task<Payment?> FindAsync<T>(string sql, T key, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql).With(key);
        return await command.FirstOrDefaultAsync(Payment.Read, cancellationToken);
    }

    public async Task<PaymentAttempt?> FindAttemptAsync(Guid paymentId, string idempotencyKey, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT id, payment_method, return_url, idempotency_key, status, code, decline_code
            FROM payment_attempts WHERE payment_id = $1 AND idempotency_key = $2
            """;
        await using var command = dataSource.CreateCommand(Sql).With(paymentId).With(idempotencyKey);
        return await command.FirstOrDefaultAsync(row => new PaymentAttempt
        {
            Id = row.GetGuid(0),
            PaymentMethod = row.GetString(1),
            ReturnUrl = row.Text(2),
            IdempotencyKey = row.Text(3),
            Status = row.GetString(4),
            Code = row.Text(5),
            DeclineCode = row.Text(6),
        }, cancellationToken);
    }

    /// <summary>Reads the payment and locks its row until the connection's transaction ends.</summary>
    public async Task<Payment> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        const string Sql = $"SELECT {Payment.Columns} FROM payments WHERE id = $1 FOR UPDATE";
        await using var command = new NpgsqlCommand(Sql, connection).With(id);
        return await command.FirstOrDefaultAsync(Payment.Read, cancellationToken)
            ?? throw new InvalidOperationException($"Payment {id} does not exist, although payments are never deleted.");
    }

    /// <summary>
    /// The payment, and the W3C trace context of the request or event that led to its current version. Both are null if there is none.
    /// </summary>
    public async Task<(Payment? Payment, string? TraceParent)> FindTracedAsync(string intentId, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            SELECT {Payment.Columns}, (SELECT traceparent FROM payment_history h WHERE h.payment_id = p.id AND h.version = p.version)
            FROM payments p WHERE payment_intent_id = $1
            """;
        await using var command = dataSource.CreateCommand(Sql).With(intentId);
        return await command.FirstOrDefaultAsync(
            row => ((Payment?)Payment.Read(row), row.Text(row.FieldCount - 1)), cancellationToken);
    }

    public async Task<IReadOnlyList<PaymentHistoryEntry>> HistoryAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT h.version, h.status, h.amount_refunded, h.at, a.number, a.payment_method, a.code, a.decline_code
            FROM payment_history h LEFT JOIN payment_attempts a ON a.id = h.attempt_id
            WHERE h.payment_id = $1 ORDER BY h.version
            """;
        await using var command = dataSource.CreateCommand(Sql).With(paymentId);
        return await command.ListAsync(row => new PaymentHistoryEntry
        {
            Version = row.GetInt64(0),
            Status = row.GetString(1),
            AmountRefunded = row.GetInt64(2),
            At = row.GetDateTime(3),
            Attempt = row.Value<int>(4),
            PaymentMethod = row.Text(5),
            Code = row.Text(6),
            DeclineCode = row.Text(7),
        }, cancellationToken);
    }

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
                UPDATE payments SET status = @status, amount_refunded = @amountRefunded, version = @version,
                    updated_at = @now, reconcile_at = now() + @firstCheck
                WHERE id = @id AND version = @version - 1 RETURNING id),
            attempt AS (
                UPDATE payment_attempts SET status = @status, code = @code, decline_code = @declineCode, completed_at = @now,
                    method_brand = coalesce(@brand, method_brand), method_last4 = coalesce(@last4, method_last4)
                WHERE id = @attempt AND EXISTS (SELECT FROM moved)
                    -- A decline stays one, with its reason, when the payment is canceled afterwards.
                    AND NOT (status = 'failed' AND @status = 'canceled')),
            event AS (
                INSERT INTO outbox (event_id, topic, key, type, source, time, traceparent, data)
                SELECT @event, @topic, @key, @type, @source, @now, @traceParent, @data FROM moved WHERE @type IS NOT NULL
                RETURNING id),
            history AS (
                INSERT INTO payment_history (payment_id, version, status, amount_refunded, attempt_id, traceparent, outbox_id)
                SELECT id, @version, @status, @amountRefunded, @attempt, @traceParent, (SELECT id FROM event) FROM moved)
            SELECT (SELECT id FROM event) FROM moved
            """;
        var now = time.GetUtcNow();
        var moved = transition.ApplyTo(payment, now);
        var cloudEvent = transition.EventOf(moved, now);
        await using var command = new NpgsqlCommand(Sql, connection)
            .With("id", moved.Id)
            .With("version", moved.Version)
            .With("status", moved.Status)
            .With("amountRefunded", moved.AmountRefunded)
            .With("now", now)
            .With("firstCheck", timing.FirstCheck)
            .With("attempt", transition.SettlesAttempt ? moved.AttemptId : null)
            .With("code", transition.Code)
            .With("declineCode", transition.DeclineCode)
            .With("brand", transition.Method?.Brand)
            .With("last4", transition.Method?.Last4)
            .With("event", cloudEvent.Id)
            .With("topic", Topics.Payments)
            .With("key", cloudEvent.Key)
            .With("type", transition.EventType)
            .With("source", cloudEvent.Source)
            .With("traceParent", cloudEvent.TraceParent)
            .With("data", cloudEvent.Data);
        var rows = await command.ListAsync(row => row.Value<long>(0), cancellationToken);

        if (rows.Count == 0) return null;
        return (moved, rows[0] is { } outboxId ? new OutboxEntry(outboxId, Topics.Payments, cloudEvent) : null);
    }
}
