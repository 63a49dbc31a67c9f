using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>When the delivery check asks about events. All times are Postgres', so the test moves the rows instead of a clock.</summary>
public sealed class DeliveryScheduleTests(PaymentFlowApp app)
{
    static readonly DeliveryOptions Hourly = new()
    {
        CheckAfter = TimeSpan.FromHours(1),
        LongestWait = TimeSpan.FromDays(1),
        Every = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public async Task An_event_is_checked_after_the_first_wait_and_then_at_growing_intervals()
    {
        var token = TestContext.Current.CancellationToken;
        await using ScratchDatabase database = new(
            app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = app.KafkaBootstrap);
        await database.InitializeAsync();
        // The orders do not exist, so the events are never published again, only checked again.
        PaymentEvent due = new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, 2, "succeeded", 100, 0, "usd");
        var early = due with { PaymentId = Guid.CreateVersion7(), OrderId = Guid.CreateVersion7() };
        var now = TimeProvider.System.GetUtcNow();
        await LostEvents.AddAsync(database.Source, now.AddHours(-2), due);
        await LostEvents.AddAsync(database.Source, now, early);

        using HttpClient http = new() { BaseAddress = app.OrderService };
        http.DefaultRequestHeaders.Add("X-Service-Key", app.ServiceKey);
        OrderVersionsClient orders = new(http);
        var options = Options.Create(Hourly);
        AheadCheck ahead = new(new AheadStore(database.Source), orders, options, TimeProvider.System, NullLogger<AheadCheck>.Instance);
        using DeliverySweep sweep = new(new DeliveryStore(database.Source), orders, ahead,
            database.Services.GetRequiredService<OutboxRelay>(), database.Migration, options, TimeProvider.System,
            NullLogger<DeliverySweep>.Instance);
        var before = await database.QueryAsync<DateTime>("SELECT now()");
        await sweep.StartAsync(token);

        // The next checks come 1, 2, 4 and 8 h after the one before, shortened by up to 20 %.
        for (var checks = 1; checks <= 4; checks++)
        {
            var expected = checks;
            await Eventually.TrueAsync(async () =>
                await database.QueryAsync<short>("SELECT checks FROM outbox WHERE event_id = $1", due.EventId) == expected);
            var next = await database.QueryAsync<DateTime>(
                "SELECT wait_from + interval '1 hour' FROM outbox WHERE event_id = $1", due.EventId);
            var after = await database.QueryAsync<DateTime>("SELECT now()");
            var wait = TimeSpan.FromHours(1 << (checks - 1));
            Assert.InRange(next, before + 0.8 * wait, after + wait);
            before = after;
            await database.ExecuteAsync("UPDATE outbox SET wait_from = now() - interval '1 hour' WHERE event_id = $1", due.EventId);
        }
        Assert.Equal(0, await database.QueryAsync<short>("SELECT checks FROM outbox WHERE event_id = $1", early.EventId));
        await sweep.StopAsync(token);
    }
}
