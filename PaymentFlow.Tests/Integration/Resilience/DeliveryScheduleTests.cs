using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Outbox;
using PaymentFlow.PaymentApi.Delivery;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>When events are asked about, by a clock of the test's own.</summary>
public sealed class DeliveryScheduleTests(PaymentFlowApp app)
{
    static readonly DateTimeOffset Published = new(2031, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_event_is_asked_about_from_half_a_minute_on_and_then_later_and_later()
    {
        var token = TestContext.Current.CancellationToken;
        FakeTimeProvider time = new(Published);
        await using ScratchDatabase database = new(app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = app.KafkaBootstrap);
        await database.InitializeAsync();
        // Of an order that nobody knows: it can only be asked about again.
        PaymentEvent payment = new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, 2, "succeeded", 100, 0, "usd");
        await LostEvents.AddAsync(database.Source, Published, payment);

        using HttpClient http = new() { BaseAddress = app.OrderService };
        http.DefaultRequestHeaders.Add("X-Service-Key", app.ServiceKey);
        using DeliverySweep sweep = new(new DeliveryStore(database.Source), new OrderVersionsClient(http),
            database.Services.GetRequiredService<OutboxRelay>(), database.Migration, Options.Create(new DeliveryOptions()), time,
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
            // The next question comes 30 s, 1 min, 2 min, 4 min after this one, give or take a fifth.
            DateTimeOffset next = await database.QueryAsync<DateTime>("SELECT wait_from + interval '30 seconds' FROM outbox");
            Assert.InRange((next - due).TotalSeconds, 30 * Math.Pow(2, checks - 1) * 0.8, double.MaxValue);
            due = next;
        }
        await sweep.StopAsync(token);
    }
}
