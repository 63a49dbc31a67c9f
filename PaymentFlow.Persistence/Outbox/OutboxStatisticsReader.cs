using Npgsql;
using OpenTelemetry;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Outbox;

/// <summary>
/// Counts the events of this service's outbox per minute. A past minute no longer changes, so it is read once and cached. A call
/// reads only the rows of the last two minutes, whatever the number of callers and the size of the table.
/// </summary>
public sealed class OutboxStatisticsReader(NpgsqlDataSource dataSource, OutboxStore outbox, TimeProvider time) : IDisposable
{
    const int Minutes = 60;
    // Cache a minute only after this time: the database's clock may be behind ours, and a transaction commits after its created_at.
    static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    // A row committed within the window is either unpublished or was published within the window, so two indexes find all rows.
    const string Sql = """
        SELECT date_trunc('minute', published_at) AS minute, NULL AS type, count(*) FROM outbox WHERE published_at >= $1 GROUP BY 1
        UNION ALL
        SELECT date_trunc('minute', created_at), type, count(*) FROM (
            SELECT created_at, type FROM outbox WHERE published_at >= $1 AND created_at >= $1
            UNION ALL
            SELECT created_at, type FROM outbox WHERE published_at IS NULL AND created_at >= $1) committed
        GROUP BY 1, 2
        """;

    readonly SemaphoreSlim _turn = new(1);
    readonly Dictionary<DateTimeOffset, MinuteStatistics> _settled = [];
    OutboxStatistics? _newest;
    long _readAt;

    /// <summary>The statistics, at most two seconds old.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<OutboxStatistics> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_newest is not null && time.GetElapsedTime(_readAt) < Fresh) return _newest;
            var backlog = await outbox.BacklogAsync(cancellationToken);
            _newest = new OutboxStatistics(new Waiting(backlog.Depth, backlog.AgeSeconds), await MinutesAsync(cancellationToken));
            _readAt = time.GetTimestamp();
            return _newest;
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task<IReadOnlyList<MinuteStatistics>> MinutesAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var last = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        List<DateTimeOffset> window = [.. Enumerable.Range(0, Minutes).Select(i => last.AddMinutes(i + 1 - Minutes))];
        foreach (var gone in _settled.Keys.Where(minute => minute < window[0]).ToList()) _settled.Remove(gone);

        var from = window.First(minute => !_settled.ContainsKey(minute));
        var read = await CountAsync(from, cancellationToken);
        var minutes = window.Select(minute => _settled.TryGetValue(minute, out var settled) ? settled
            : read.GetValueOrDefault(minute) ?? new MinuteStatistics(minute, 0, new Dictionary<string, long>())).ToList();
        foreach (var minute in minutes.Where(minute => minute.At.AddMinutes(1) + Settling <= now)) _settled[minute.At] = minute;
        return minutes;
    }

    async Task<Dictionary<DateTimeOffset, MinuteStatistics>> CountAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(Sql);
        command.With(from.UtcDateTime);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        Dictionary<DateTimeOffset, MinuteStatistics> minutes = [];
        while (await row.ReadAsync(cancellationToken))
        {
            var at = row.GetFieldValue<DateTimeOffset>(0);
            var minute = minutes.GetValueOrDefault(at) ?? new MinuteStatistics(at, 0, new Dictionary<string, long>());
            minutes[at] = row.IsDBNull(1)
                ? minute with { Published = row.GetInt64(2) }
                : minute with { Committed = new Dictionary<string, long>(minute.Committed) { [row.GetString(1)] = row.GetInt64(2) } };
        }
        return minutes;
    }

    public void Dispose() => _turn.Dispose();
}
