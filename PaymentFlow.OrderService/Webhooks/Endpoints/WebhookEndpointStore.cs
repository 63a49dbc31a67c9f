using Npgsql;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.Webhooks.Endpoints;

/// <summary>Writes and reads the table <c>webhook_endpoints</c>.</summary>
sealed class WebhookEndpointStore(NpgsqlDataSource dataSource, WebhookSecrets secrets)
{
    // Any constant, the same in every replica.
    const long AddingLock = 0x5765_6268_6F6F_6B73;

    const string Columns = """
        e.id, e.url, e.types, e.description, e.disabled_reason, e.created_at, e.failing_since, e.last_failed_at, e.last_error,
        (SELECT count(*) FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'pending'),
        (SELECT count(*) FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'failed')
        """;

    /// <returns>False if there are <see cref="WebhookOptions.MaxEndpoints"/> already.</returns>
    public async Task<bool> AddAsync(
        Guid id, CreateWebhookEndpointRequest request, byte[] secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        // One at a time, so that two requests cannot both add the last one.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock($1)").With(AddingLock));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"""
            INSERT INTO webhook_endpoints (id, url, types, description, secret, created_at)
            SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM webhook_endpoints) < {WebhookOptions.MaxEndpoints}
            """)
            .With(id).With(request.Url).With(WebhookEndpointRules.Distinct(request.Types)).With(Text(request.Description))
            .With(secrets.Encrypt(id, secret)).With(now));
        return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<IReadOnlyList<WebhookEndpoint>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns} FROM webhook_endpoints e ORDER BY e.created_at, e.id");
        return await command.ListAsync(Read, cancellationToken);
    }

    public async Task<WebhookEndpoint?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns} FROM webhook_endpoints e WHERE e.id = $1").With(id);
        return await command.FirstOrDefaultAsync(Read, cancellationToken);
    }

    /// <summary>Changes what is given. Enabling ends the reason and begins the time of failing anew.</summary>
    /// <returns>False if there is no such endpoint.</returns>
    public async Task<bool> ChangeAsync(Guid id, ChangeWebhookEndpointRequest request, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            UPDATE webhook_endpoints SET url = coalesce(@url, url), types = coalesce(@types, types),
                description = CASE WHEN @described THEN @description ELSE description END,
                enabled = coalesce(@enabled, enabled),
                disabled_reason = CASE WHEN @enabled THEN NULL
                    WHEN NOT @enabled THEN coalesce(disabled_reason, @requested) ELSE disabled_reason END,
                failing_since = CASE WHEN @enabled AND NOT enabled THEN NULL ELSE failing_since END
            WHERE id = @id
            """)
            .With("id", id).With("url", request.Url)
            .With("types", request.Types is { } types ? WebhookEndpointRules.Distinct(types) : null)
            .With("described", request.Description is not null).With("description", Text(request.Description))
            .With("enabled", request.Enabled).With("requested", DisabledReasons.Requested);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Deletes the endpoint. What waits for it has failed; the record of its deliveries stays.</summary>
    /// <returns>False if there is no such endpoint.</returns>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH deleted AS (DELETE FROM webhook_endpoints WHERE id = $1 RETURNING id),
            ended AS (
                UPDATE webhook_deliveries SET state = 'failed'
                WHERE endpoint_id = (SELECT id FROM deleted) AND state = 'pending')
            SELECT id FROM deleted
            """).With(id);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid;
    }

    /// <summary>Replaces the secret. The present one signs as well until the returned time. An even older one ends now.</summary>
    /// <returns>Null if there is no such endpoint.</returns>
    public async Task<DateTime?> RotateAsync(Guid id, byte[] secret, TimeSpan keepPrevious, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            UPDATE webhook_endpoints SET previous_secret = secret, previous_until = now() + $3, secret = $2 WHERE id = $1
            RETURNING previous_until
            """).With(id).With(secrets.Encrypt(id, secret)).With(keepPrevious);
        return await command.ExecuteScalarAsync(cancellationToken) as DateTime?;
    }

    static string? Text(string? description) => string.IsNullOrEmpty(description) ? null : description;

    static WebhookEndpoint Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.Text(3), row.Text(4), row.GetDateTime(5),
        row.Value<DateTime>(6), row.Value<DateTime>(7), row.Text(8), row.GetInt64(9), row.GetInt64(10));
}
