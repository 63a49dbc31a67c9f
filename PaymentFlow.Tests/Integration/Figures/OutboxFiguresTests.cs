using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Messaging.Figures;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Figures;

/// <summary>An outbox by the minute, on a database where nobody else writes.</summary>
public sealed class OutboxFiguresTests : IAsyncLifetime
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);

    readonly FakeTimeProvider _time = new(Now);
    readonly ScratchDatabase _database;

    public OutboxFiguresTests(PaymentFlowApp app) =>
        _database = new(app.PaymentsDb, builder => builder.Services.AddSingleton<TimeProvider>(_time));

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    [Fact]
    public async Task An_event_counts_when_it_became_true_and_when_it_was_published()
    {
        await AddAsync("payment.succeeded", created: Now.AddMinutes(-10), published: Now.AddMinutes(-10));
        await AddAsync("payment.succeeded", created: Now.AddMinutes(-10), published: Now.AddMinutes(-3));
        await AddAsync("payment.failed", created: Now.AddMinutes(-10), published: null);
        await AddAsync("payment.succeeded", created: Now, published: null);
        // It began before the hour that is shown, and ended within it.
        await AddAsync("payment.succeeded", created: Now.AddHours(-2), published: Now.AddMinutes(-1));
        await AddAsync("payment.succeeded", created: Now.AddHours(-2), published: Now.AddHours(-2));

        var figures = await ReadAsync();

        Assert.Equal(2, figures.Unpublished.Count);
        Assert.True(figures.Unpublished.OldestSeconds > 0);
        Assert.Equal(60, figures.Minutes.Count);
        Assert.Equal(Enumerable.Range(-59, 60).Select(minute => Now.AddSeconds(-30).AddMinutes(minute)), figures.Minutes.Select(minute => minute.At));
        Assert.Equal([(2, 1, 1), (0, 0, 1), (0, 0, 1), (1, 0, 0)], figures.Minutes
            .Select(minute => (Count(minute, "payment.succeeded"), Count(minute, "payment.failed"), minute.Published))
            .Where(counts => counts != (0, 0, 0)));
    }

    [Fact]
    public async Task A_minute_that_is_long_over_is_not_read_again_and_a_later_one_is()
    {
        await AddAsync("payment.succeeded", created: Now.AddMinutes(-10), published: Now.AddMinutes(-10));
        await AddAsync("payment.succeeded", created: Now, published: Now);
        Assert.Equal((2, 2), Sums(await ReadAsync()));

        // What is remembered does not need its rows any more.
        await _database.ExecuteAsync("DELETE FROM outbox WHERE created_at < $1", Now.AddMinutes(-5).UtcDateTime);
        await AddAsync("payment.succeeded", created: Now.AddSeconds(5), published: Now.AddSeconds(6));
        Assert.Equal((2, 2), Sums(await ReadAsync()));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((3, 3), Sums(await ReadAsync()));

        // And is forgotten when it leaves the hour.
        _time.Advance(TimeSpan.FromMinutes(55));
        Assert.Equal((2, 2), Sums(await ReadAsync()));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((0, 0), Sums(await ReadAsync()));
    }

    Task<OutboxFigures> ReadAsync() =>
        _database.Services.GetRequiredService<OutboxFiguresReader>().ReadAsync(TestContext.Current.CancellationToken);

    static (long Published, long Succeeded) Sums(OutboxFigures figures) =>
        (figures.Minutes.Sum(minute => minute.Published), figures.Minutes.Sum(minute => Count(minute, "payment.succeeded")));

    static long Count(MinuteFigures minute, string type) => minute.Committed.GetValueOrDefault(type);

    async Task AddAsync(string type, DateTimeOffset created, DateTimeOffset? published)
    {
        await _database.ExecuteAsync("""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at) VALUES ($1, 'payments', 'k', $2, '/test', $3, '', $3)
            """, Guid.CreateVersion7(), type, created.UtcDateTime);
        if (published is { } at)
            await _database.ExecuteAsync("UPDATE outbox SET published_at = $1 WHERE id = (SELECT max(id) FROM outbox)", at.UtcDateTime);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
