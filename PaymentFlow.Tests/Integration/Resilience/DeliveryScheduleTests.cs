using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>When the delivery check asks about events. The test has its own clock.</summary>
public sealed class DeliveryScheduleTests(PaymentFlowApp app)
{
    static readonly DateTimeOffset Published = new(2031, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_event_is_checked_after_half_a_minute_and_then_at_growing_intervals()
    {
        var token = TestContext.Current.CancellationToken;
        FakeTimeProvider time = new(Published);
        await using ScratchDatabase database = new(
            app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = app.KafkaBootstrap);
        await database.InitializeAsync();
        // The order does not exist, so the event is never published again, only checked again.
        PaymentEvent payment = new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, 2, "succeeded", 100, 0, "usd");
        await LostEvents.AddAsync(database.Source, Published, payment);

        using HttpClient http = new() { BaseAddress = app.OrderService };
        http.DefaultRequestHeaders.Add("X-Service-Key", app.ServiceKey);
        var options = Options.Create(new DeliveryOptions());
        OrderVersionsClient orders = new(http);
        AheadCheck ahead = new(new AheadStore(database.Source), orders, options, time, NullLogger<AheadCheck>.Instance);
        using DeliverySweep sweep = new(new DeliveryStore(database.Source), orders, ahead,
            database.Services.GetRequiredService<OutboxRelay>(), database.Migration, options, time,
            NullLogger<DeliverySweep>.Instance);
        await sweep.StartAsync(token);

        var due = Published.AddSeconds(30);
        for (var checks = 1; checks <= 4; checks++)
        {
            var expected = checks;
            await Eventually.TrueAsync(async () =>
            {
                if (await database.QueryAsync<short>("SELECT checks FROM outbox") == expected) return true;
                time.Advance(TimeSpan.FromSeconds(1));
                return false;
            });
            Assert.InRange(time.GetUtcNow(), due, DateTimeOffset.MaxValue);
            // The next checks come 30 s, 1 min, 2 min and 4 min after the one before, with a deviation of up to 20 %.
            DateTimeOffset next = await database.QueryAsync<DateTime>("SELECT wait_from + interval '30 seconds' FROM outbox");
            Assert.InRange((next - due).TotalSeconds, 30 * Math.Pow(2, checks - 1) * 0.8, double.MaxValue);
            due = next;
        }
        await sweep.StopAsync(token);
    }
}
