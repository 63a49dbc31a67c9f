using Confluent.Kafka;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A service that has consumed stops by itself while Kafka is away. The test has its own broker.</summary>
public sealed class StopWithoutKafkaTests(PaymentFlowApp host)
{
    // Kubernetes and Azure Container Apps kill a container that does not end within this time.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_OrderService_ends_within_the_grace_period_of_its_orchestrator()
    {
        await using Broker kafka = new();
        Uri address = new($"http://localhost:{FreePort.Next()}");
        await using var service = await LoneOrderService.StartAsync(host, address, "ordersdb_stop", kafka.BootstrapServers);
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await producer.ProducePaymentAsync(partition: 0, host.EventKeys);
        await Eventually.TrueAsync(() => Committed(kafka) == 1);

        kafka.Wire.Target = null;
        kafka.Wire.Reset();
        Assert.Equal(0, await service.StopAsync(Grace));
    }

    /// <summary>The offset that the service's group has committed for the first partition.</summary>
    static long Committed(Broker kafka)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "order-service",
            EnableAutoCommit = false,
        }).Build();
        return consumer.Committed([new(Topics.Payments, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value;
    }
}
