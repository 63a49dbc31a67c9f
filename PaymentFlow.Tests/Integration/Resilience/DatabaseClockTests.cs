using Microsoft.Extensions.Time.Testing;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Webhooks;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>
/// Postgres' clock decides what is due, so a replica whose clock is wrong neither takes work early nor keeps it from others.
/// </summary>
public sealed class DatabaseClockTests(PaymentFlowApp app)
{
    // Leaves time for a slow test.
    static readonly TimeSpan Past = TimeSpan.FromMinutes(-1);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1971)]
    [InlineData(2071)]
    public async Task A_replica_with_a_wrong_clock_leases_what_is_due_and_nothing_else(int year)
    {
        await using ScratchDatabase database = new(app.PaymentsDb);
        await database.InitializeAsync();
        FakeTimeProvider wrong = new(new(year, 5, 1, 12, 0, 0, TimeSpan.Zero));
        PaymentTiming timing = new();
        PaymentClaims claims = new(database.Source, timing, wrong);
        ReconciliationSchedule schedule = new(database.Source, timing, wrong), another = new(database.Source, timing, TimeProvider.System);
        PayableOrder order = new(Guid.CreateVersion7(), null, 100, "usd");
        var due = await claims.GetOrCreateAsync(order, Token);
        await claims.GetOrCreateAsync(new PayableOrder(Guid.CreateVersion7(), null, 100, "usd"), Token);

        Assert.Empty(await schedule.LeaseDueAsync(10, Token));
        await database.ExecuteAsync("UPDATE payments SET reconcile_at = now() WHERE id = $1", due.Id);
        Assert.Equal(due.Id, Assert.Single(await schedule.LeaseDueAsync(10, Token)).Id);
        Assert.Empty(await another.LeaseDueAsync(10, Token));

        // A claim and a release schedule by the same clock.
        PaymentAttempt attempt = new()
        {
            Id = Guid.CreateVersion7(),
            PaymentMethod = "pm_card_visa",
            Status = "started",
        };
        Assert.Equal(due.Id, (await claims.ClaimAsync(order, attempt, Token))?.Id);
        Assert.InRange(await DueInAsync(), Past, timing.FirstCheck);
        await claims.ReleaseAsync(attempt.Id, reachedStripe: false, "test", Token);
        Assert.InRange(await DueInAsync(), timing.AbandonAfter + Past, timing.AbandonAfter);

        Task<TimeSpan> DueInAsync() => database.QueryAsync<TimeSpan>("SELECT reconcile_at - now() FROM payments WHERE id = $1", due.Id);
    }

    [Fact]
    public async Task A_webhook_that_fails_is_retried_at_growing_intervals_up_to_an_hour()
    {
        await using ScratchDatabase database = new(app.PaymentsDb);
        await database.InitializeAsync();
        StripeEventStore events = new(database.Source);
        await using (var add = database.Source.CreateCommand(
            "INSERT INTO stripe_events (id, type, object_id) VALUES ('evt_1', 'payment_intent.succeeded', 'pi_1')"))
            await add.ExecuteNonQueryAsync(Token);
        foreach (var seconds in (int[])[5, 10, 20, 40])
        {
            await events.PostponeAsync("pi_1", Token);
            Assert.InRange(await DueInAsync(), TimeSpan.FromSeconds(0.8 * seconds) + Past, TimeSpan.FromSeconds(seconds));
        }
        await database.ExecuteAsync("UPDATE stripe_events SET tries = 1000");
        await events.PostponeAsync("pi_1", Token);
        Assert.InRange(await DueInAsync(), TimeSpan.FromHours(0.8) + Past, TimeSpan.FromHours(1));
        Assert.Empty(await events.WaitingAsync(Token));
        await database.ExecuteAsync("UPDATE stripe_events SET retry_at = now() - interval '1 second'");
        Assert.Equal("pi_1", Assert.Single(await events.WaitingAsync(Token)));

        Task<TimeSpan> DueInAsync() => database.QueryAsync<TimeSpan>("SELECT retry_at - now() FROM stripe_events");
    }
}
