using System.Text.Json;
using Npgsql;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>Lists and replays the messages that <see cref="DeadLetterStore"/> stored.</summary>
sealed class DeadLetterQueue(NpgsqlDataSource dataSource, IServiceProvider services, TimeProvider time) : IDisposable
{
    const string Columns = """event_id, topic, "partition", "offset", key, headers::text, data, error, received_at, replayed_at, false""";

    // The list cuts longer values. Our own events and their headers are much shorter.
    const int MaxData = 4_096;
    const int MaxText = 512;
    const int MaxHeaders = 32;

    // A replay holds one connection and needs a second one for a moment. All connections held by replays would wait for each other.
    const int ReplaysAtOnce = 2;

    readonly SemaphoreSlim _turns = new(ReplaysAtOnce);

    /// <summary>
    /// The messages that are not replayed yet, oldest first. Long values are cut, because a page of complete messages could have 200 MB.
    /// </summary>
    /// <param name="order">Only the events of this order; null for all.</param>
    /// <param name="after">The last id of the previous page.</param>
    public async Task<IReadOnlyList<DeadLetter>> WaitingAsync(Guid? order, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            SELECT event_id, topic, "partition", "offset", left(key, {MaxText}), (
                    SELECT coalesce(jsonb_object_agg(left(name, {MaxText}), left(value, {MaxText})), jsonb_build_object())::text
                    FROM (SELECT name, value FROM jsonb_each_text(headers) AS h (name, value) ORDER BY name LIMIT {MaxHeaders}) AS first),
                substr(data, 1, {MaxData}), left(error, {MaxText}), received_at, replayed_at,
                coalesce(length(data) > {MaxData}, false) OR coalesce(length(key) > {MaxText}, false) OR length(error) > {MaxText} OR (
                    SELECT count(*) > {MaxHeaders} OR coalesce(bool_or(greatest(length(name), length(value)) > {MaxText}), false)
                    FROM jsonb_each_text(headers) AS h (name, value))
            FROM dead_letters
            WHERE replayed_at IS NULL AND ($3 IS NULL OR key = $3)
              AND received_at >= coalesce((SELECT received_at FROM dead_letters WHERE event_id = $1), '-infinity')
              AND ($1 IS NULL OR (received_at, event_id) > (SELECT received_at, event_id FROM dead_letters WHERE event_id = $1))
            ORDER BY received_at, event_id LIMIT $2
            """);
        command.With(after).With(limit).With(order?.ToString());
        return await command.ListAsync(Read, cancellationToken);
    }

    /// <summary>
    /// Applies the stored message in the same way as the consumer. A row lock prevents two replays of one message at the same time.
    /// After a crash in between, the message stays here; applying it again has no effect.
    /// </summary>
    /// <param name="starting">Called with the message just before it is applied.</param>
    /// <exception cref="NpgsqlException">The database is unavailable. The message stays.</exception>
    public async Task<ReplayOutcome> ReplayAsync(
        Guid id, Func<DeadLetter, Task> starting, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await ReplayInTurnAsync(id, starting, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    async Task<ReplayOutcome> ReplayInTurnAsync(Guid id, Func<DeadLetter, Task> starting, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        DeadLetter? found;
        try
        {
            found = await LockAsync(connection, id, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return new ReplayOutcome.InProgress();
        }
        if (found is not { } letter) return new ReplayOutcome.Unknown();
        if (letter.ReplayedAt is { } before) return new ReplayOutcome.ReplayedBefore(before);

        await starting(letter);
        if (services.GetKeyedService<IMessageReplay>(letter.Topic) is not { } replay)
            return new ReplayOutcome.Refused("No consumer reads its topic.");
        try
        {
            await replay.ReplayAsync(letter.Topic, letter.ToMessage(), cancellationToken);
        }
        catch (Exception e) when (EventFailure.IsInTheEvent(e))
        {
            return new ReplayOutcome.Refused(e.Message);
        }

        var now = time.GetUtcNow().UtcDateTime;
        await using var mark = new NpgsqlCommand("UPDATE dead_letters SET replayed_at = $2 WHERE event_id = $1", connection, transaction)
            .With(id).With(now);
        await mark.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ReplayOutcome.Replayed(now, JsonElement.Parse(letter.Data).GetProperty("orderId").GetGuid());
    }

    static async Task<DeadLetter?> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        // NOWAIT, because waiting would hold a connection that the running replay may need.
        await using var command = new NpgsqlCommand(
            $"SELECT {Columns} FROM dead_letters WHERE event_id = $1 FOR UPDATE NOWAIT", connection).With(id);
        return await command.FirstOrDefaultAsync(Read, cancellationToken);
    }

    static DeadLetter Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3), row.Text(4),
        JsonSerializer.Deserialize(row.GetString(5), DeadLetterHeadersJson.Default.DictionaryStringString)!,
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6), row.GetString(7), row.GetDateTime(8),
        row.Value<DateTime>(9), row.GetBoolean(10));

    public void Dispose() => _turns.Dispose();
}

/// <summary>The result of a replay.</summary>
abstract record ReplayOutcome
{
    public sealed record Unknown : ReplayOutcome;

    /// <summary>Another request is replaying the message.</summary>
    public sealed record InProgress : ReplayOutcome;

    public sealed record ReplayedBefore(DateTime At) : ReplayOutcome;

    /// <summary>The message still cannot be applied. Nothing was changed, and the message stays.</summary>
    public sealed record Refused(string Reason) : ReplayOutcome;

    public sealed record Replayed(DateTime At, Guid OrderId) : ReplayOutcome;
}
