using Dapper;
using Npgsql;
using OpenTelemetry;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>The table <c>stripe_events</c>: what Stripe told us of and whether it is applied.</summary>
public sealed class StripeEventStore(NpgsqlDataSource dataSource)
{
    /// <returns>False when the event was there already.</returns>
    public async Task<bool> AddAsync(string id, string type, string objectId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO stripe_events (id, type, object_id) VALUES (@id, @type, @objectId) ON CONFLICT DO NOTHING",
            new { id, type, objectId }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>The PaymentIntents that have unapplied events whose time has come: what a crash or a failure left.</summary>
    public async Task<IReadOnlyList<string>> WaitingAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT DISTINCT object_id FROM (
                SELECT object_id FROM stripe_events
                WHERE processed_at IS NULL AND retry_at < now()
                ORDER BY retry_at LIMIT 100) waiting
            """;
        // A trace of every look at a table that holds nothing would bury the payments'.
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<string>(new CommandDefinition(Sql, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>
    /// Lays aside what can be no news, in one statement: a paid PaymentIntent stays paid, and whatever else may become of it, a refund
    /// or a dispute, has events of its own.
    /// </summary>
    /// <returns>Those of the objects that have other events waiting.</returns>
    public async Task<IReadOnlyList<string>> LayAsideHeardAsync(IReadOnlyCollection<string> objectIds, CancellationToken cancellationToken)
    {
        const string Sql = """
            WITH heard AS (
                UPDATE stripe_events e SET processed_at = now() FROM payments p
                WHERE e.object_id = ANY(@objectIds) AND e.processed_at IS NULL AND e.type LIKE 'payment\_intent.%'
                    AND p.payment_intent_id = e.object_id AND p.status IN ('succeeded', 'partially_refunded', 'refunded')
                RETURNING e.id)
            SELECT DISTINCT object_id FROM stripe_events
            WHERE object_id = ANY(@objectIds) AND processed_at IS NULL AND id NOT IN (SELECT id FROM heard)
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            Sql, new { objectIds = objectIds.ToArray() }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>The object's events that wait now; what comes while Stripe is being asked is not among them.</summary>
    public async Task<IReadOnlyList<WaitingEvent>> WaitingEventsAsync(string objectId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<WaitingEvent>(new CommandDefinition(
            "SELECT id, type FROM stripe_events WHERE object_id = @objectId AND processed_at IS NULL",
            new { objectId }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task MarkProcessedAsync(string[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE stripe_events SET processed_at = now() WHERE id = ANY(@ids)", new { ids }, cancellationToken: cancellationToken));
    }

    /// <summary>The object's events are tried again later: after 5 s, then twice as long each time, up to an hour.</summary>
    public async Task PostponeAsync(string objectId, CancellationToken cancellationToken)
    {
        const string Sql = """
            UPDATE stripe_events SET tries = tries + 1, retry_at = now() + least(5 * 2 ^ least(tries, 20), 3600) * interval '1 second'
            WHERE object_id = @objectId AND processed_at IS NULL
            """;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Sql, new { objectId }, cancellationToken: cancellationToken));
    }
}

/// <summary>An event that is not applied yet.</summary>
public sealed record WaitingEvent(string Id, string Type);
