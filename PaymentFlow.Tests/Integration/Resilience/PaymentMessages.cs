using System.Text.Json;
using Confluent.Kafka;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>What PaymentApi would publish, on a broker of a test's own.</summary>
static class PaymentMessages
{
    /// <summary>A payment of a new order, into the partition.</summary>
    /// <returns>The order.</returns>
    public static async Task<Guid> ProducePaymentAsync(this IProducer<string, byte[]> producer, int partition)
    {
        PaymentEvent payment = new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, 1, "succeeded", 100, 0, "usd");
        CloudEvent envelope = new(payment.EventId, "payment.succeeded", "/test", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(payment, EventJson.Default.PaymentEvent), null);
        await producer.ProduceAsync(
            new TopicPartition(Topics.Payments, partition), KafkaBinding.ToMessage(envelope, null), TestContext.Current.CancellationToken);
        return payment.OrderId;
    }
}
