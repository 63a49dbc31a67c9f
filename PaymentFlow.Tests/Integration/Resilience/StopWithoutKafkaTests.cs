using Confluent.Kafka;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A service that has consumed events can be stopped while Kafka is down. The test has its own broker.</summary>
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
        // Reads what the service's group has committed, without joining it.
        using var group = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "order-service",
        }).Build();
        await Eventually.TrueAsync(() =>
            group.Committed([new(Topics.Payments, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value == 1);

        kafka.Wire.Target = null;
        kafka.Wire.Reset();
        Assert.Equal(0, await service.StopAsync(Grace));
    }
}
