using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.PaymentApi.Statistics;
using PaymentFlow.Persistence.RollUps;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Statistics;

/// <summary>The statistics of payments against a model, on a database of the test's own.</summary>
public sealed class PaymentRollUpTests : IAsyncLifetime
{
    // In Berlin, clocks were set back on 26 October 2025.
    static readonly DateTime Start = new(2025, 10, 20, 22, 0, 0, DateTimeKind.Utc);
    static readonly DateTime From = new(2025, 10, 24, 22, 0, 0, DateTimeKind.Utc);
    static readonly DateTime To = new(2025, 10, 28, 23, 0, 0, DateTimeKind.Utc);

    readonly ScratchDatabase _database;

    public PaymentRollUpTests(PaymentFlowApp app) => _database = new(app.PaymentsDb, builder =>
    {
        builder.Services.AddSingleton<PaymentOverviewStore>();
        builder.AddRollUp(PaymentRollUp.Rule);
    });

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_statistics_are_exact_whatever_part_of_the_history_is_rolled_up(int seed)
    {
        Random random = new(seed);
        List<PaymentStory> stories = [.. Enumerable.Range(0, 150).Select(_ => new PaymentStory(random, Start, To - Start))];
        foreach (var story in stories) await WriteAsync(story);
        var rolledUp = Start.AddDays(-1);
        await _database.ExecuteAsync("UPDATE roll_ups SET up_to = $1", rolledUp);
        await IsExactAsync(stories);

        foreach (var part in new[] { 0.3, 0.5, 0.9 })
        {
            var to = Start + (To - Start) * part;
            await _database.ExecuteAsync(PaymentRollUp.Rule.Sql, rolledUp, to);
            await _database.ExecuteAsync("UPDATE roll_ups SET up_to = $1", rolledUp = to);
            await IsExactAsync(stories);
        }

        // The worker has the newest rows to do. Among them is one that changes an old count.
        var failed = stories.First(story => story.Status == "failed" && story.Attempts[0].At > From);
        failed.Cancel(await _database.QueryAsync<DateTime>("SELECT now() - interval '30 minutes'"));
        await _database.ExecuteAsync("""
            INSERT INTO payment_history (payment_id, version, status, at) VALUES ($1, $2, 'canceled', $3)
            """, failed.Id, (long)failed.History.Count, failed.History[^1].At);
        await _database.ExecuteAsync(PaymentRollUp.Rule.Sql, rolledUp, To.AddDays(30));
        await _database.ExecuteAsync("UPDATE roll_ups SET up_to = now() - interval '1 hour'");
        await IsExactAsync(stories);
        var worker = _database.Services.GetRequiredService<RollUpWorker>();
        for (var again = 0; again < 2; again++)
        {
            await worker.RollUpAsync(PaymentRollUp.Rule, TestContext.Current.CancellationToken);
            Assert.True(await _database.QueryAsync<bool>("SELECT up_to BETWEEN now() - interval '10 minutes' AND now() FROM roll_ups"));
            await IsExactAsync(stories);
        }
    }

    async Task IsExactAsync(List<PaymentStory> stories)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        foreach (var interval in new[] { BucketBounds.Hour, BucketBounds.Day })
        {
            var range = StatisticsRange.Of(From, To, new DateTimeOffset(To.AddDays(1))).Range!;
            var bounds = BucketBounds.Of(From, To, interval, zone);
            Assert.Equal(interval == BucketBounds.Day ? 4 : 97, bounds.Count);

            var currency = Assert.Single(await _database.Services.GetRequiredService<PaymentOverviewStore>()
                .ReadAsync(range, bounds, null, TestContext.Current.CancellationToken));

            Assert.Equal(Sum(stories, From, To), currency.Totals);
            Assert.Equal(Sum(stories, From - (To - From), From), currency.Previous);
            Assert.Equal(
                bounds.Select((at, i) => new PaymentBucket(at, Sum(stories, at, i + 1 < bounds.Count ? bounds[i + 1] : To))),
                currency.Buckets);
            Assert.Equal(
                stories.SelectMany(story => story.DeclinesBetween(From, To)).CountBy(reason => reason)
                    .Select(reason => new DeclineCount(reason.Key, reason.Value))
                    .OrderByDescending(reason => reason.Count).ThenBy(reason => reason.Reason, StringComparer.Ordinal),
                currency.Declines);
        }
    }

    static PaymentTotals Sum(List<PaymentStory> stories, DateTime from, DateTime to) => stories
        .Select(story => story.Between(from, to))
        .Aggregate((a, b) => new PaymentTotals(
            a.Gross + b.Gross, a.Refunded + b.Refunded, a.Paid + b.Paid, a.Declined + b.Declined, a.Succeeded + b.Succeeded,
            a.Failed + b.Failed, a.Canceled + b.Canceled, a.Open + b.Open));

    async Task WriteAsync(PaymentStory story)
    {
        await _database.ExecuteAsync("""
            INSERT INTO payments (id, order_id, amount, amount_refunded, currency, status, version) VALUES ($1, $1, $2, $3, $4, $5, $6)
            """, story.Id, story.Amount, story.Refunded, story.Currency, story.Status, (long)story.History.Count);
        foreach (var attempt in story.Attempts)
        {
            await _database.ExecuteAsync("""
                INSERT INTO payment_attempts (id, payment_id, number, payment_method, started_at, decline_code)
                VALUES ($1, $2, $3, 'pm_card_visa', $4, $5)
                """, attempt.Id, story.Id, attempt.Number, attempt.At, attempt.DeclineCode ?? (object)DBNull.Value);
        }
        await _database.ExecuteAsync("""
            INSERT INTO payment_history (payment_id, version, status, amount_refunded, attempt_id, at)
            SELECT $1, version, status, refunded, attempt, at
            FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS h (status, refunded, attempt, at, version)
            """, story.Id, story.History.Select(row => row.Status).ToArray(), story.History.Select(row => row.Refunded).ToArray(),
            story.History.Select(row => row.Attempt).ToArray(), story.History.Select(row => row.At).ToArray());
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
