using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A consumer pauses its partitions while the database is away. Meanwhile another consumer joins and leaves its group.</summary>
public sealed class PausedPartitionTests(PaymentFlowApp app)
{
    const string Group = "paused-test";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_that_was_revoked_while_paused_is_read_when_it_is_assigned_again()
    {
        await using Broker kafka = new();
        await using ScratchDatabase database = new(app.PaymentsDb, builder =>
        {
            builder.Configuration["ConnectionStrings:kafka"] = kafka.BootstrapServers;
            foreach (var (name, value) in ConsumerSettings) builder.Configuration[$"Aspire:Confluent:Kafka:Consumer:Config:{name}"] = value;
            builder.AddEventConsumer<PaymentEvent, Handler>(Topics.Payments, Group, EventJson.Default.PaymentEvent);
        });
        await database.InitializeAsync();
        var handler = database.Services.GetRequiredService<Handler>();
        var consumer = database.Services.GetServices<IHostedService>().OfType<BatchConsumer<PaymentEvent>>().Single();
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();

        await consumer.StartAsync(Token);
        // When all of these are applied, all four partitions are assigned.
        var first = await ProduceAsync(producer);
        await Eventually.TrueAsync(() => handler.Applied.IsSupersetOf(first));
        handler.Away = true;
        var before = await ProduceAsync(producer);
        await Eventually.TrueAsync(() => handler.Failures > 1);
        using (var other = new ConsumerBuilder<string, byte[]>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = kafka.BootstrapServers,
            ["group.id"] = Group,
            ["session.timeout.ms"] = "2000",
            ["heartbeat.interval.ms"] = "300",
            ["enable.auto.commit"] = "false",
        }).Build())
        {
            other.Subscribe(Topics.Payments);
            await Eventually.TrueAsync(() =>
            {
                other.Consume(TimeSpan.FromMilliseconds(100));
                return other.Assignment.Count > 0;
            });
            handler.Away = false;
            // Wait only for the messages that the first consumer has read. The rest may be in the other consumer's partitions.
            await Eventually.TrueAsync(() =>
            {
                other.Consume(TimeSpan.FromMilliseconds(100));
                return handler.Applied.IsSupersetOf(handler.Seen);
            });
            other.Close();
        }

        var after = await ProduceAsync(producer);
        await Eventually.TrueAsync(() => handler.Applied.IsSupersetOf([.. before, .. after]));
        await consumer.StopAsync(Token);
    }

    static Dictionary<string, string> ConsumerSettings => new()
    {
        ["FetchWaitMaxMs"] = "5",
        ["SessionTimeoutMs"] = "2000",
        ["HeartbeatIntervalMs"] = "300",
    };

    /// <summary>Publishes one event to each partition.</summary>
    static async Task<HashSet<Guid>> ProduceAsync(IProducer<string, byte[]> producer)
    {
        HashSet<Guid> orders = [];
        for (var partition = 0; partition < Broker.Partitions; partition++) orders.Add(await producer.ProducePaymentAsync(partition));
        return orders;
    }

    /// <summary>Fails as if the database were away while <see cref="Away"/> is set.</summary>
    sealed class Handler : IEventBatchHandler<PaymentEvent>
    {
        readonly ConcurrentDictionary<Guid, byte> _seen = new();
        readonly ConcurrentDictionary<Guid, byte> _applied = new();
        int _failures;

        public volatile bool Away;

        public HashSet<Guid> Seen => [.. _seen.Keys];

        public HashSet<Guid> Applied => [.. _applied.Keys];

        public int Failures => Volatile.Read(ref _failures);

        public Task HandleAsync(IReadOnlyList<ReceivedEvent<PaymentEvent>> events, CancellationToken cancellationToken)
        {
            foreach (var received in events) _seen.TryAdd(received.Data.OrderId, 0);
            if (Away)
            {
                Interlocked.Increment(ref _failures);
                throw new NpgsqlException("away");
            }
            foreach (var received in events) _applied.TryAdd(received.Data.OrderId, 0);
            return Task.CompletedTask;
        }
    }
}
