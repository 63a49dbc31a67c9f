using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A fault of ours is not the event's fault. The test has its own broker and database.</summary>
public sealed class FaultyHandlerTests(PaymentFlowApp app)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fault_of_ours_pauses_its_partition_and_dead_letters_nothing()
    {
        await using Broker kafka = new();
        await using ScratchDatabase database = new(app.PaymentsDb, builder =>
        {
            builder.Configuration["ConnectionStrings:kafka"] = kafka.BootstrapServers;
            builder.Configuration["Aspire:Confluent:Kafka:Consumer:Config:FetchWaitMaxMs"] = "5";
            builder.AddEventConsumer<PaymentEvent, Handler>(Topics.Payments, "faulty-test", EventJson.Default.PaymentEvent);
        });
        await database.InitializeAsync();
        var handler = database.Services.GetRequiredService<Handler>();
        var consumer = database.Services.GetServices<IHostedService>().OfType<BatchConsumer<PaymentEvent>>().Single();
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();

        await consumer.StartAsync(Token);
        var failing = await producer.ProducePaymentAsync(partition: 0);
        await Eventually.TrueAsync(() => handler.Failures > 1);
        handler.FailsOn = failing;
        var later = await producer.ProducePaymentAsync(partition: 0);
        var elsewhere = await producer.ProducePaymentAsync(partition: 1);
        await Eventually.TrueAsync(() => handler.Applied.Contains(elsewhere));
        var failures = handler.Failures;
        await Eventually.TrueAsync(() => handler.Failures > failures);
        Assert.DoesNotContain(failing, handler.Applied);
        Assert.DoesNotContain(later, handler.Applied);

        handler.FailsOn = Guid.Empty;
        await Eventually.TrueAsync(() => handler.Applied.Contains(later));

        List<Guid> applied = [.. handler.Applied];
        Assert.InRange(applied.IndexOf(failing), 0, applied.IndexOf(later) - 1);
        Assert.Equal(0L, await database.QueryAsync<long>("SELECT count(*) FROM dead_letters"));
        await consumer.StopAsync(Token);
    }

    /// <summary>Fails by a fault of its own on every event, or on those of one order.</summary>
    sealed class Handler : IEventBatchHandler<PaymentEvent>
    {
        readonly ConcurrentQueue<Guid> _applied = new();
        int _failures;
        volatile object? _failsOn;

        /// <summary>The order whose events fail; null for every order.</summary>
        public Guid? FailsOn
        {
            get => (Guid?)_failsOn;
            set => _failsOn = value;
        }

        public IReadOnlyCollection<Guid> Applied => [.. _applied];

        public int Failures => Volatile.Read(ref _failures);

        public Task HandleAsync(IReadOnlyList<ReceivedEvent<PaymentEvent>> events, CancellationToken cancellationToken)
        {
            if (FailsOn is not { } order || events.Any(received => received.Data.OrderId == order))
            {
                Interlocked.Increment(ref _failures);
                throw new InvalidOperationException("A fault of ours.");
            }
            foreach (var received in events) _applied.Enqueue(received.Data.OrderId);
            return Task.CompletedTask;
        }
    }
}
