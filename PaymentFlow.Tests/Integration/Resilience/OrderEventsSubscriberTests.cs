using System.Collections.Concurrent;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>The subscriber to <c>orders</c> without the sweep that could hide its faults, on a broker that loses its data.</summary>
public sealed class OrderEventsSubscriberTests : IAsyncLifetime
{
    static readonly Guid Order = Guid.CreateVersion7();

    readonly Broker _kafka = new();
    readonly ConcurrentBag<long> _seen = [];
    IHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tail-test" });
        builder.Configuration["ConnectionStrings:kafka"] = _kafka.BootstrapServers;
        builder.Configuration["Aspire:Confluent:Kafka:Consumer:Config:FetchWaitMaxMs"] = "5";
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IOrderStateReader, NoSweep>();
        builder.Configuration.AddSigningKeys();
        builder.AddOrderUpdates();
        _host = builder.Build();
        _host.Services.GetRequiredService<OrderUpdateHub>().Subscribe(Order, update => _seen.Add(update.Version), () => 0);
        await _host.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => _host.Services.GetRequiredService<OrderEventsSubscriber>().Following);
    }

    [Fact]
    public async Task After_the_broker_lost_its_log_the_new_log_is_read_from_its_beginning()
    {
        await PublishAsync(1, 20);
        await SeenAsync(1, 20);

        _kafka.Wipe();

        // Fewer messages than before, so that the subscriber's position does not exist in the new log.
        await PublishAsync(21, 3);
        await SeenAsync(21, 3);
        // The subscriber continues from there.
        await PublishAsync(24, 3);
        await SeenAsync(24, 3);
    }

    [Fact]
    public async Task Repeated_losses_are_survived()
    {
        await PublishAsync(1, 5);
        await SeenAsync(1, 5);
        for (var round = 1; round <= 3; round++)
        {
            _kafka.Wipe();
            // With as many messages as before, the subscriber could not see that the log is new. The sweep handles that case.
            await PublishAsync(round * 10, 5 - round);
            await SeenAsync(round * 10, 5 - round);
        }
    }

    [Fact]
    public async Task An_event_that_OrderService_has_not_signed_is_ignored()
    {
        await PublishAsync(1, 1);
        await PublishAsync(2, 1, message => message.Headers.Remove("ce_signature"));
        await PublishAsync(3, 1, message => KafkaBinding.Sign(Topics.Orders, message, SigningKeys.Of("payments", "another key")));
        await PublishAsync(4, 1, message => message.Value[^2]++);
        await PublishAsync(5, 1);

        // One partition is read in order.
        await SeenAsync(5, 1);
        Assert.Equal([1L, 5], _seen.Order());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        await _kafka.DisposeAsync();
    }

    Task SeenAsync(int from, int count) =>
        Eventually.TrueAsync(() => Enumerable.Range(from, count).All(version => _seen.Contains(version)));

    async Task PublishAsync(int from, int count, Action<Message<string, byte[]>>? forge = null)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = _kafka.BootstrapServers }).Build();
        for (var version = from; version < from + count; version++)
        {
            OrderEvent order = new(Order, "R", version, "paid", null, version - 1, 100, 0, "usd", DateTimeOffset.UnixEpoch);
            CloudEvent envelope = new(order.EventId, "order.paid", "/test", DateTimeOffset.UnixEpoch, Order.ToString(),
                JsonSerializer.SerializeToUtf8Bytes(order, EventJson.Default.OrderEvent), null);
            var message = KafkaBinding.ToMessage(Topics.Orders, envelope, null, SigningKeys.Both);
            forge?.Invoke(message);
            await producer.ProduceAsync(Topics.Orders, message, TestContext.Current.CancellationToken);
        }
    }

    sealed class NoSweep : IOrderStateReader
    {
        public Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<OrderEvent>>([]);
    }
}
