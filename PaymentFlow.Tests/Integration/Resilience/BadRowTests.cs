using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>One bad row, or a table that is missing for a while, must not stop the background work of the other rows.</summary>
public sealed class BadRowTests(PaymentFlowApp app)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"orderId":""")]
    public async Task An_unreadable_row_of_the_outbox_does_not_hold_up_the_delivery_check(string data)
    {
        await using ScratchDatabase database = new(
            app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = "127.0.0.1:1");
        await database.InitializeAsync();
        var before = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        PaymentEvent bad = new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, 2, "succeeded", 100, 0, "usd");
        var good = bad with { PaymentId = Guid.CreateVersion7(), OrderId = Guid.CreateVersion7() };
        await LostEvents.AddAsync(database.Source, before.AddMinutes(-1), bad);
        await database.ExecuteAsync("UPDATE outbox SET data = convert_to($1, 'UTF8')", data);
        await LostEvents.AddAsync(database.Source, before, good);
        using HttpClient orders = new(new Applied()) { BaseAddress = new Uri("http://order-service") };
        var options = Options.Create(new DeliveryOptions { Every = TimeSpan.FromMilliseconds(100) });
        OrderVersionsClient client = new(orders);
        AheadCheck ahead = new(new AheadStore(database.Source), client, options, TimeProvider.System, NullLogger<AheadCheck>.Instance);
        using DeliverySweep sweep = new(
            new DeliveryStore(database.Source), client, ahead, database.Services.GetRequiredService<OutboxRelay>(), database.Migration,
            options, TimeProvider.System, NullLogger<DeliverySweep>.Instance);

        await sweep.StartAsync(Token);
        await Eventually.TrueAsync(async () => await database.QueryAsync<bool>(
            "SELECT applied_at IS NOT NULL FROM outbox WHERE event_id = $1", good.EventId));

        Assert.False(sweep.ExecuteTask!.IsCompleted);
        Assert.True(await database.QueryAsync<bool>(
            "SELECT applied_at IS NULL AND checks = 1 FROM outbox WHERE event_id = $1", bad.EventId));
        await sweep.StopAsync(Token);
    }

    [Fact]
    public async Task The_relay_goes_on_when_its_table_is_there_again()
    {
        await using Broker kafka = new();
        await using ScratchDatabase database = new(
            app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = kafka.BootstrapServers);
        await database.InitializeAsync();
        await database.ExecuteAsync("ALTER TABLE outbox RENAME TO outbox_missing");
        var failures = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.background.failures") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("work", "outbox"))) Interlocked.Increment(ref failures);
        });
        listener.Start();
        var relay = database.Services.GetRequiredService<OutboxRelay>();
        await relay.StartAsync(Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref failures) > 1);

        await database.ExecuteAsync("ALTER TABLE outbox_missing RENAME TO outbox");
        await database.ExecuteAsync("""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data)
            VALUES (gen_random_uuid(), 'payments', 'k', 't', 's', now(), '')
            """);

        await Eventually.TrueAsync(async () => await database.QueryAsync<bool>("SELECT bool_and(published_at IS NOT NULL) FROM outbox"));
        Assert.False(relay.ExecuteTask!.IsCompleted);
        await ((IHostedLifecycleService)relay).StoppedAsync(Token);
    }

    [Fact]
    public async Task Rows_that_Kafka_always_refuses_do_not_hold_up_those_behind_them()
    {
        await using Broker kafka = new();
        await using ScratchDatabase database = new(
            app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = kafka.BootstrapServers);
        await database.InitializeAsync();
        // More than a batch. The client refuses a topic's name of this length.
        await database.ExecuteAsync("""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, leased_until)
            SELECT gen_random_uuid(), CASE WHEN i = 601 THEN 'payments' ELSE repeat('x', 600) END, 'k', 't', 's', now(), '', '-infinity'
            FROM generate_series(1, 601) AS i
            """);
        var relay = database.Services.GetRequiredService<OutboxRelay>();
        await relay.StartAsync(Token);

        await Eventually.TrueAsync(async () => await database.QueryAsync<long>(
            "SELECT count(*) FROM outbox WHERE topic = 'payments' AND published_at IS NOT NULL") == 1);

        Assert.Equal(600L, await database.QueryAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NULL"));
        await ((IHostedLifecycleService)relay).StoppedAsync(Token);
    }

    /// <summary>An OrderService that has applied everything.</summary>
    sealed class Applied : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is null) return new HttpResponseMessage(HttpStatusCode.NotFound);
            var ids = await request.Content.ReadFromJsonAsync<Guid[]>(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = JsonContent.Create(ids!.ToDictionary(id => id, _ => new OrderVersions(3, 2))),
            };
        }
    }
}
