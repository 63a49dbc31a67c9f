using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A consumer's own lag metric and its group's lag according to the broker. The test has its own broker.</summary>
public sealed class ConsumerLagTests(PaymentFlowApp app)
{
    const int Events = 5;

    [Fact]
    public async Task A_message_that_is_consumed_but_not_applied_counts_as_lag()
    {
        var token = TestContext.Current.CancellationToken;
        await using Broker kafka = new();
        await using ScratchDatabase database = new(app.PaymentsDb, builder =>
        {
            builder.Configuration["ConnectionStrings:kafka"] = kafka.BootstrapServers;
            builder.Configuration["Aspire:Confluent:Kafka:Consumer:Config:FetchWaitMaxMs"] = "5";
            // A consumer that stops waits this long for a broker that is down.
            builder.Configuration["Aspire:Confluent:Kafka:Consumer:Config:SessionTimeoutMs"] = "2000";
            builder.Configuration["Aspire:Confluent:Kafka:Consumer:Config:HeartbeatIntervalMs"] = "300";
            builder.AddEventConsumer<PaymentEvent, Handler>(Topics.Payments, "lag-test", EventJson.Default.PaymentEvent);
        });
        await database.InitializeAsync();
        var handler = database.Services.GetRequiredService<Handler>();
        var consumer = database.Services.GetServices<IHostedService>().OfType<BatchConsumer<PaymentEvent>>().Single();
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        for (var i = 0; i < Events; i++) await producer.ProducePaymentAsync(partition: 0);
        var group = database.Services.GetRequiredKeyedService<ConsumerGroupLag>(Topics.Payments);

        await consumer.StartAsync(token);
        await handler.Begun.Task.WaitAsync(token);
        await Eventually.TrueAsync(() => Lag() == Events);
        List<PartitionLag> behind = [.. Enumerable.Range(0, Broker.Partitions)
            .Select(partition => new PartitionLag(partition, partition == 0 ? Events : 0))];
        await Eventually.TrueAsync(async () => await group.ReadAsync(token) is { } lag && lag.SequenceEqual(behind));
        handler.Go.SetResult();
        await Eventually.TrueAsync(() => Lag() == 0);
        // The offsets of applied messages are committed within a second.
        await Eventually.TrueAsync(async () => (await group.ReadAsync(token))?.Sum(partition => partition.Events) == 0);

        kafka.Wire.Target = null;
        kafka.Wire.Reset();
        Assert.Null(await group.ReadAsync(token));
        await consumer.StopAsync(token);
    }

    static long Lag()
    {
        long lag = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.consumer.lag") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measured, _, _) => lag += measured);
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }

    /// <summary>Keeps a batch in progress until <see cref="Go"/> is set.</summary>
    sealed class Handler : IEventBatchHandler<PaymentEvent>
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HandleAsync(IReadOnlyList<ReceivedEvent<PaymentEvent>> events, CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            return Go.Task;
        }
    }
}
