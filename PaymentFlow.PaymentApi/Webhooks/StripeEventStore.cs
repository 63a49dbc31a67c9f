using Npgsql;
using OpenTelemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>The events in the table <c>stripe_events</c> that are not applied yet.</summary>
public sealed class StripeEventStore(NpgsqlDataSource dataSource)
{
    static readonly Backoff Retry = new(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
    // After so many tries, the wait is the longest.
    const int LongestAfter = 10;

    /// <summary>The PaymentIntents that have unapplied events that are due, left by a crash or a failure.</summary>
    public async Task<IReadOnlyList<string>> WaitingAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT DISTINCT object_id FROM (
                SELECT object_id FROM stripe_events
                WHERE processed_at IS NULL AND retry_at < now()
                ORDER BY retry_at LIMIT 100) waiting
            """;
        // Traces of polling a usually empty table would hide the traces of payments.
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(Sql);
        return await command.ListAsync(row => row.GetString(0), cancellationToken);
    }

    /// <summary>
    /// Marks payment_intent events of payments that have been paid since as processed, in one statement: they cannot change anything.
    /// </summary>
    /// <returns>Those of the objects that still have unprocessed events.</returns>
    public async Task<IReadOnlyList<string>> MarkRedundantProcessedAsync(
        IReadOnlyCollection<string> objectIds, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH heard AS (
                UPDATE stripe_events e SET processed_at = now() FROM payments p
                WHERE e.object_id = ANY($1) AND e.processed_at IS NULL AND e.type LIKE 'payment\_intent.%'
                    AND p.payment_intent_id = e.object_id AND p.status IN ('succeeded', 'partially_refunded', 'refunded')
                RETURNING e.id)
            SELECT DISTINCT object_id FROM stripe_events
            WHERE object_id = ANY($1) AND processed_at IS NULL AND id NOT IN (SELECT id FROM heard)
            """;
        await using var command = dataSource.CreateCommand(Sql).With(objectIds.ToArray());
        return await command.ListAsync(row => row.GetString(0), cancellationToken);
    }

    /// <summary>The object's events that are not applied now. Events that arrive while Stripe is being asked are not included.</summary>
    public async Task<IReadOnlyList<WaitingEvent>> WaitingEventsAsync(string objectId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT id, type FROM stripe_events WHERE object_id = $1 AND processed_at IS NULL").With(objectId);
        return await command.ListAsync(row => new WaitingEvent(row.GetString(0), row.GetString(1)), cancellationToken);
    }

    public async Task MarkProcessedAsync(string[] ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("UPDATE stripe_events SET processed_at = now() WHERE id = ANY($1)").With(ids);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Schedules a retry of the object's events.</summary>
    public async Task PostponeAsync(string objectId, CancellationToken cancellationToken)
    {
        const string Sql = """
            UPDATE stripe_events SET tries = tries + 1, retry_at = now() + ($2)[least(tries, $3) + 1]
            WHERE object_id = $1 AND processed_at IS NULL
            """;
        await using var command = dataSource.CreateCommand(Sql)
            .With(objectId).With(Retry.Waits(LongestAfter + 1)).With(LongestAfter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>An event that is not applied yet.</summary>
public sealed record WaitingEvent(string Id, string Type)
{
    public bool IsOfRefund =>
        Type.StartsWith("refund.", StringComparison.Ordinal) || Type.StartsWith("charge.refund", StringComparison.Ordinal);

    public bool IsOfDispute => Type.StartsWith("charge.dispute.", StringComparison.Ordinal);
}
