using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>
/// Writes the tables <c>webhook_deliveries</c> and <c>webhook_tries</c>. Due times and claims use only Postgres' clock, as in
/// docs/decisions/0012-clocks-and-leases.md.
/// </summary>
sealed class WebhookDeliveryStore(NpgsqlDataSource dataSource, WebhookOptions options, TimeProvider time)
{
    /// <summary>
    /// Stores a delivery for each event and each endpoint that wants its type and existed when it happened. A repeated event adds nothing.
    /// </summary>
    /// <returns>How many were added.</returns>
    public async Task<int> AddAsync(IReadOnlyList<WebhookEvent> events, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var read = dataSource.CreateCommand("SELECT id, types, created_at FROM webhook_endpoints");
        var endpoints = await read.ListAsync(row => (
            Id: row.GetGuid(0), Types: row.GetFieldValue<string[]>(1), CreatedAt: row.GetFieldValue<DateTimeOffset>(2)), cancellationToken);
        var wanted = (
            from happened in events.DistinctBy(happened => happened.Id)
            from endpoint in endpoints
            where happened.Time >= endpoint.CreatedAt && WebhookTypes.Match(endpoint.Types, happened.Type)
            select (Event: happened, Endpoint: endpoint.Id)).ToList();
        if (wanted.Count == 0) return 0;

        var bodies = wanted.Select(one => one.Event).DistinctBy(happened => happened.Id)
            .ToDictionary(happened => happened.Id, happened => WebhookBody.Of(happened.Type, happened.Time, happened.Data));
        // Sorted by the unique key, so that two replicas cannot deadlock.
        await using var add = dataSource.CreateCommand("""
            INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, order_id, body, traceparent)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) AS i (id, endpoint_id, event_id, type, order_id, body, traceparent)
            ORDER BY event_id, endpoint_id ON CONFLICT DO NOTHING
            """);
        void Add<T>(Func<(WebhookEvent Event, Guid Endpoint), T> value) => add.With(wanted.Select(value).ToArray());
        var now = time.GetUtcNow();
        Add(_ => Guid.CreateVersion7(now));
        Add(one => one.Endpoint);
        Add(one => one.Event.Id);
        Add(one => one.Event.Type);
        Add(one => one.Event.OrderId);
        Add(one => bodies[one.Event.Id]);
        Add(one => one.Event.TraceParent);
        return await add.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Stores a test event for the endpoint and claims it.</summary>
    /// <returns>Null if there is no such endpoint.</returns>
    public async Task<ClaimedDelivery?> AddTestAsync(Guid endpointId, CancellationToken cancellationToken)
    {
        var (now, id, eventId) = (time.GetUtcNow(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var data = Encoding.UTF8.GetBytes(new JsonObject { ["endpointId"] = endpointId }.ToJsonString());
        var body = WebhookBody.Of(WebhookTypes.Test, now, data);
        await using var command = dataSource.CreateCommand($"""
            WITH d AS (
                INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, body, next_at)
                SELECT $1, e.id, $3, $4, $5, now() + $6 FROM webhook_endpoints e WHERE e.id = $2
                RETURNING *)
            SELECT {ClaimedColumns} FROM d JOIN webhook_endpoints e ON e.id = d.endpoint_id
            """).With(id).With(endpointId).With(eventId).With(WebhookTypes.Test).With(body).With(options.Claim);
        return await command.FirstOrDefaultAsync(ReadClaimed, cancellationToken);
    }

    const string ClaimedColumns = """
        d.id, d.endpoint_id, d.event_id, d.type, d.order_id, d.body, d.traceparent, d.failures, d.next_at, e.url, e.secret,
        CASE WHEN e.previous_until > now() THEN e.previous_secret END
        """;

    /// <summary>
    /// Claims due deliveries of enabled endpoints, the oldest of each, and takes turns among the endpoints. So an endpoint with a long
    /// queue delays no other. A claim that ends without an outcome is due again.
    /// </summary>
    /// <param name="limit">The most deliveries in all.</param>
    /// <param name="busy">How many tries are under way, by endpoint.</param>
    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(
        int limit, IReadOnlyDictionary<Guid, int> busy, CancellationToken cancellationToken)
    {
        // Traces of this polling would hide the traces of payments.
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.Prefer());
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"""
            WITH due AS MATERIALIZED (
                SELECT d.id, d.next_at, e.id AS endpoint_id
                FROM webhook_endpoints e LEFT JOIN unnest($1, $2) AS b (id, tries) ON b.id = e.id
                CROSS JOIN LATERAL (
                    SELECT id, next_at FROM webhook_deliveries
                    WHERE endpoint_id = e.id AND state = 'pending' AND next_at <= now()
                    ORDER BY next_at LIMIT greatest(0, $3 - coalesce(b.tries, 0)) FOR UPDATE SKIP LOCKED) d
                WHERE e.enabled),
            chosen AS MATERIALIZED (
                SELECT id FROM due ORDER BY row_number() OVER (PARTITION BY endpoint_id ORDER BY next_at), next_at LIMIT $4),
            claimed AS (
                UPDATE webhook_deliveries SET next_at = now() + $5 WHERE id = ANY(ARRAY(SELECT id FROM chosen)) RETURNING *)
            SELECT {ClaimedColumns} FROM claimed d JOIN webhook_endpoints e ON e.id = d.endpoint_id
            """)
            .With(busy.Keys.ToArray()).With(busy.Values.ToArray()).With(options.PerEndpoint).With(limit).With(options.Claim));
        return await batch.ListAsync(ReadClaimed, cancellationToken);
    }

    /// <summary>
    /// Stores the outcome of a try. A failure after the claim has ended, when another replica may be trying, adds only its record. Disables
    /// the endpoint if it is gone, or has failed for too long.
    /// </summary>
    /// <param name="wait">The time to the next try after a failure; null for none.</param>
    /// <returns>Why the endpoint was disabled now, or null.</returns>
    public async Task<string?> FinishAsync(
        ClaimedDelivery claimed, WebhookOutcome outcome, TimeSpan? wait, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            WITH done AS (
                UPDATE webhook_deliveries SET tries = tries + 1,
                    failures = CASE WHEN @success THEN failures ELSE failures + 1 END,
                    state = CASE WHEN @success THEN 'delivered'
                        WHEN state = 'pending' AND next_at = @claimedUntil AND @wait IS NULL THEN 'failed' ELSE state END,
                    next_at = CASE WHEN NOT @success AND state = 'pending' AND next_at = @claimedUntil THEN now() + coalesce(@wait, '0')
                        ELSE next_at END
                WHERE id = @id RETURNING id, tries),
            tried AS (
                INSERT INTO webhook_tries (delivery_id, number, at, duration_ms, status, error, response)
                SELECT id, tries, @at, @duration, @status, @error, @response FROM done)
            UPDATE webhook_endpoints e SET
                failing_since = CASE WHEN @success THEN NULL ELSE coalesce(e.failing_since, now()) END,
                last_failed_at = CASE WHEN @success THEN e.last_failed_at ELSE now() END,
                last_error = CASE WHEN @success THEN e.last_error ELSE coalesce(@error, @status::text) END,
                enabled = e.enabled AND (@success OR NOT @gone AND coalesce(e.failing_since > now() - @patience, true)),
                disabled_reason = CASE
                    WHEN NOT e.enabled OR @success THEN e.disabled_reason
                    WHEN @gone THEN 'gone'
                    WHEN e.failing_since <= now() - @patience THEN 'failing' END
            FROM (SELECT enabled FROM webhook_endpoints WHERE id = @endpoint) AS before
            WHERE e.id = @endpoint AND (NOT @success OR e.failing_since IS NOT NULL)
            RETURNING CASE WHEN before.enabled AND NOT e.enabled THEN e.disabled_reason END
            """)
            .With("id", claimed.Id).With("endpoint", claimed.EndpointId).With("claimedUntil", claimed.ClaimedUntil)
            .With("success", outcome.IsSuccess).With("gone", outcome.IsGone).With("wait", wait).With("patience", options.DisableAfter)
            .With("at", outcome.At).With("duration", (int)outcome.Duration.TotalMilliseconds).With("status", outcome.Status)
            .With("error", outcome.Error).With("response", outcome.Response);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Gives a claim back whose try was broken off.</summary>
    public async Task ReleaseAsync(ClaimedDelivery claimed, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(
            "UPDATE webhook_deliveries SET next_at = now() WHERE id = $1 AND state = 'pending' AND next_at = $2")
            .With(claimed.Id).With(claimed.ClaimedUntil);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes the delivery due now, with all waits again.</summary>
    /// <returns>Why not; or null when it is due.</returns>
    public async Task<RedeliveryRefusal?> RedeliverAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH found AS (
                SELECT d.id, e.enabled FROM webhook_deliveries d LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE d.id = $1),
            due AS (
                UPDATE webhook_deliveries SET state = 'pending', failures = 0, next_at = now()
                WHERE id = (SELECT id FROM found WHERE enabled))
            SELECT CASE WHEN enabled THEN 0 WHEN NOT enabled THEN 1 ELSE 2 END FROM found
            """).With(id);
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            0 => null,
            1 => RedeliveryRefusal.EndpointDisabled,
            2 => RedeliveryRefusal.EndpointDeleted,
            _ => RedeliveryRefusal.Unknown,
        };
    }

    const string Columns = """
        d.id, d.endpoint_id, d.event_id, d.type, d.order_id, d.state, d.tries, d.created_at, d.next_at,
        t.at, t.duration_ms, t.status, t.error, t.response
        """;

    const string WithLastTry = "LEFT JOIN webhook_tries t ON t.delivery_id = d.id AND t.number = d.tries";

    public async Task<WebhookDelivery?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns} FROM webhook_deliveries d {WithLastTry} WHERE d.id = $1")
            .With(id);
        return await command.FirstOrDefaultAsync(Read, cancellationToken);
    }

    /// <summary>The deliveries that match each given filter, newest first.</summary>
    /// <param name="after">The last id of the previous page.</param>
    public async Task<IReadOnlyList<WebhookDelivery>> ListAsync(
        Guid? endpoint, Guid? happened, Guid? order, string? state, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        List<string> conditions = [];
        void Where<T>(T value, Func<int, string> condition)
        {
            if (value is null) return;
            command.With(value);
            conditions.Add(condition(command.Parameters.Count));
        }
        Where(endpoint, number => $"d.endpoint_id = ${number}");
        Where(happened, number => $"d.event_id = ${number}");
        Where(order, number => $"d.order_id = ${number}");
        Where(after, number => $"d.id < ${number}");
        // As a literal, because the indexes by state are partial.
        if (state is not null) conditions.Add($"d.state = '{DeliveryStates.All.Single(known => known == state)}'");
        command.With(limit);
        command.CommandText = $"""
            SELECT {Columns} FROM webhook_deliveries d {WithLastTry}
            {(conditions.Count == 0 ? "" : "WHERE")} {string.Join(" AND ", conditions)} ORDER BY d.id DESC LIMIT ${command.Parameters.Count}
            """;
        return await command.ListAsync(Read, cancellationToken);
    }

    static ClaimedDelivery ReadClaimed(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), row.Value<Guid>(4), row.GetFieldValue<byte[]>(5), row.Text(6),
        row.GetInt32(7), row.GetDateTime(8), row.GetString(9), row.GetFieldValue<byte[]>(10),
        row.IsDBNull(11) ? null : row.GetFieldValue<byte[]>(11));

    static WebhookDelivery Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), row.Value<Guid>(4), row.GetString(5), row.GetInt32(6),
        row.GetDateTime(7), row.GetDateTime(8), row.Value<DateTime>(9), row.Value<int>(10), row.Value<int>(11), row.Text(12), row.Text(13));
}

/// <summary>Why a delivery is not sent again.</summary>
enum RedeliveryRefusal
{
    Unknown,
    EndpointDisabled,
    EndpointDeleted,
}
