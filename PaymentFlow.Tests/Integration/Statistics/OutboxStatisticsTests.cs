using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Statistics;

/// <summary>An outbox's statistics per minute, on a database of the test's own.</summary>
public sealed class OutboxStatisticsTests : IAsyncLifetime
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);

    readonly FakeTimeProvider _time = new(Now);
    readonly ScratchDatabase _database;

    public OutboxStatisticsTests(PaymentFlowApp app) =>
        _database = new(app.PaymentsDb, builder => builder.Services.AddSingleton<TimeProvider>(_time));

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    [Fact]
    public async Task An_event_counts_in_the_minute_of_its_commit_and_in_the_minute_of_its_publication()
    {
        await AddAsync("payment.succeeded", created: Now.AddMinutes(-10), published: Now.AddMinutes(-10));
        await AddAsync("payment.succeeded", created: Now.AddMinutes(-10), published: Now.AddMinutes(-3));
        await AddAsync("payment.failed", created: Now.AddMinutes(-10), published: null);
        await AddAsync("payment.succeeded", created: Now, published: null);
        // This event was created before the hour that is shown and published within it.
        await AddAsync("payment.succeeded", created: Now.AddHours(-2), published: Now.AddMinutes(-1));
        await AddAsync("payment.succeeded", created: Now.AddHours(-2), published: Now.AddHours(-2));

        var statistics = await ReadAsync();

        Assert.Equal(2, statistics.Unpublished.Count);
        Assert.True(statistics.Unpublished.OldestSeconds > 0);
        Assert.Equal(60, statistics.Minutes.Count);
        Assert.Equal(
            Enumerable.Range(-59, 60).Select(minute => Now.AddSeconds(-30).AddMinutes(minute)),
            statistics.Minutes.Select(minute => minute.At));
        Assert.Equal([(2, 1, 1), (0, 0, 1), (0, 0, 1), (1, 0, 0)], statistics.Minutes
            .Select(minute => (Count(minute, "payment.succeeded"), Count(minute, "payment.failed"), minute.Published))
            .Where(counts => counts != (0, 0, 0)));
    }

    [Fact]
    public async Task An_old_minute_is_cached_and_a_recent_one_is_read_again()
    {
        await AddAsync("payment.succeeded", created: Now.AddMinutes(-10), published: Now.AddMinutes(-10));
        await AddAsync("payment.succeeded", created: Now, published: Now);
        Assert.Equal((2, 2), Sums(await ReadAsync()));

        // The cached minutes do not need their rows any more.
        await _database.ExecuteAsync("DELETE FROM outbox WHERE created_at < $1", Now.AddMinutes(-5).UtcDateTime);
        await AddAsync("payment.succeeded", created: Now.AddSeconds(5), published: Now.AddSeconds(6));
        Assert.Equal((2, 2), Sums(await ReadAsync()));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((3, 3), Sums(await ReadAsync()));

        // A minute is dropped when it leaves the hour.
        _time.Advance(TimeSpan.FromMinutes(55));
        Assert.Equal((2, 2), Sums(await ReadAsync()));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((0, 0), Sums(await ReadAsync()));
    }

    Task<OutboxStatistics> ReadAsync() =>
        _database.Services.GetRequiredService<OutboxStatisticsReader>().ReadAsync(TestContext.Current.CancellationToken);

    static (long Published, long Succeeded) Sums(OutboxStatistics statistics) =>
        (statistics.Minutes.Sum(minute => minute.Published), statistics.Minutes.Sum(minute => Count(minute, "payment.succeeded")));

    static long Count(MinuteStatistics minute, string type) => minute.Committed.GetValueOrDefault(type);

    async Task AddAsync(string type, DateTimeOffset created, DateTimeOffset? published)
    {
        await _database.ExecuteAsync("""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at)
            VALUES ($1, 'payments', 'k', $2, '/test', $3, '', $3)
            """, Guid.CreateVersion7(), type, created.UtcDateTime);
        if (published is { } at)
            await _database.ExecuteAsync("UPDATE outbox SET published_at = $1 WHERE id = (SELECT max(id) FROM outbox)", at.UtcDateTime);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
