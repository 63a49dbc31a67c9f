using System.ComponentModel.DataAnnotations;
using Npgsql;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>Section <c>DeadLetters</c>.</summary>
public sealed record DeadLetterOptions
{
    /// <summary>The maximum number of dead letters that a replica replays per second in bulk, so that new events are not delayed.</summary>
    [Range(1, 1_000)]
    public int ReplaysPerSecond { get; init; } = 50;
}

/// <summary>
/// Replays the dead letters that match a filter, oldest first, one after another and at a limited rate. A dead letter that is still refused
/// stays, and the next one is tried.
/// </summary>
sealed class BulkReplay(NpgsqlDataSource dataSource, DeadLetterQueue queue, DeadLetterOptions options, TimeProvider time) : IDisposable
{
    // Two at once would be above the rate.
    readonly SemaphoreSlim _one = new(1);

    /// <param name="starting">Called with each message just before it is applied.</param>
    /// <returns>Null while another request is replaying in bulk at this replica.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable. What was replayed before stays replayed.</exception>
    public async Task<BulkReplayResponse?> ReplayAsync(
        BulkReplayRequest filter, Func<DeadLetter, Task> starting, CancellationToken cancellationToken)
    {
        if (!await _one.WaitAsync(TimeSpan.Zero, cancellationToken)) return null;
        try
        {
            var letters = await MatchingAsync(filter, cancellationToken);
            var (replayed, refused) = (0, 0);
            using PeriodicTimer pace = new(TimeSpan.FromSeconds(1) / options.ReplaysPerSecond, time);
            foreach (var id in letters)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
                var outcome = await queue.ReplayAsync(id, starting, cancellationToken);
                if (outcome is ReplayOutcome.Replayed) replayed++;
                // Otherwise another request has replayed the letter, or is about to.
                if (outcome is ReplayOutcome.Refused) refused++;
            }
            return new BulkReplayResponse(replayed, refused, letters.Count == filter.Limit ? letters[^1] : null);
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<List<Guid>> MatchingAsync(BulkReplayRequest filter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT event_id FROM dead_letters
            WHERE replayed_at IS NULL AND ($1 IS NULL OR topic = $1) AND ($2 IS NULL OR position($2 IN error) > 0)
              AND received_at >= coalesce($3, '-infinity') AND received_at < coalesce($4, 'infinity')
              AND ($5 IS NULL OR (received_at, event_id) > (SELECT received_at, event_id FROM dead_letters WHERE event_id = $5))
              AND ($7 IS NULL OR key = $7)
            ORDER BY received_at, event_id LIMIT $6
            """)
            .With(filter.Topic).With(filter.Reason).With(filter.From?.ToUniversalTime()).With(filter.To?.ToUniversalTime())
            .With(filter.After).With(filter.Limit).With(filter.Order?.ToString());
        return await command.ListAsync(row => row.GetGuid(0), cancellationToken);
    }

    public void Dispose() => _one.Dispose();
}

/// <summary>Which dead letters to replay: those that match every field that is given.</summary>
/// <param name="Reason">A text that the error contains, such as <c>JsonException</c>.</param>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Order">The id of the order that they are about.</param>
/// <param name="From">Received at this time or later.</param>
/// <param name="To">Received before this time.</param>
/// <param name="After">The <c>next</c> of the previous answer, to go on behind the dead letters that it tried.</param>
/// <param name="Limit">How many to try at most.</param>
public sealed record BulkReplayRequest(
    string? Reason = null, string? Topic = null, Guid? Order = null, DateTimeOffset? From = null, DateTimeOffset? To = null,
    Guid? After = null, int Limit = BulkReplayRequest.DefaultLimit)
{
    public const int DefaultLimit = 100;
}

/// <param name="Replayed">How many were applied now.</param>
/// <param name="Refused">How many still cannot be applied and stay.</param>
/// <param name="Next">The value for <c>after</c> of the next request; null when no more match.</param>
public sealed record BulkReplayResponse(int Replayed, int Refused, Guid? Next);
