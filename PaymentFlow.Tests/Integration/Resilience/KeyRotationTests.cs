using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A consumer while the key of its topic is replaced. The test has its own broker and database.</summary>
public sealed class KeyRotationTests(PaymentFlowApp app)
{
    const string NewKey = "the-new-key-of-24-letters";

    [Fact]
    public async Task Events_with_the_old_and_the_new_key_are_applied_and_others_are_refused_and_counted()
    {
        var token = TestContext.Current.CancellationToken;
        await using Broker kafka = new();
        await using ScratchDatabase database = new(app.PaymentsDb, builder =>
        {
            builder.Configuration["ConnectionStrings:kafka"] = kafka.BootstrapServers;
            builder.Configuration["Aspire:Confluent:Kafka:Consumer:Config:FetchWaitMaxMs"] = "5";
            builder.Configuration["Events:Keys:payments:1"] = NewKey;
            builder.AddEventConsumer<PaymentEvent, Handler>(Topics.Payments, "rotation-test", EventJson.Default.PaymentEvent);
        });
        await database.InitializeAsync();
        var handler = database.Services.GetRequiredService<Handler>();
        var consumer = database.Services.GetServices<IHostedService>().OfType<BatchConsumer<PaymentEvent>>().Single();
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        var refused = 0L;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.events.refused") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags.ToArray().Any(tag => tag.Key == "topic" && Equals(tag.Value, Topics.Payments))) Interlocked.Add(ref refused, count);
        });
        listener.Start();

        await consumer.StartAsync(token);
        var old = await producer.ProducePaymentAsync(partition: 0);
        var forged = await producer.ProducePaymentAsync(partition: 0, SigningKeys.Of("another-key-of-24-letters", "orders"));
        var renewed = await producer.ProducePaymentAsync(partition: 0, SigningKeys.Of(NewKey, "orders"));
        await Eventually.TrueAsync(() => handler.Applied.Contains(renewed));

        Assert.Contains(old, handler.Applied);
        Assert.DoesNotContain(forged, handler.Applied);
        Assert.Equal(
            forged.ToString(), await database.QueryAsync<string>("SELECT string_agg(key, ',') FROM dead_letters WHERE NOT signed"));
        await Eventually.TrueAsync(() => Interlocked.Read(ref refused) > 0);
        await consumer.StopAsync(token);
    }

    sealed class Handler : IEventBatchHandler<PaymentEvent>
    {
        readonly ConcurrentDictionary<Guid, byte> _applied = new();

        public ICollection<Guid> Applied => _applied.Keys;

        public Task HandleAsync(IReadOnlyList<ReceivedEvent<PaymentEvent>> events, CancellationToken cancellationToken)
        {
            foreach (var received in events) _applied.TryAdd(received.Data.OrderId, 0);
            return Task.CompletedTask;
        }
    }
}
