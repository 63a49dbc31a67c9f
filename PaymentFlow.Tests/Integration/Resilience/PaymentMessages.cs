using System.Text.Json;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>Publishes events like PaymentApi's to a test's own broker.</summary>
static class PaymentMessages
{
    /// <summary>Publishes the event of a payment for a new order to the partition.</summary>
    /// <returns>The order's id.</returns>
    public static async Task<Guid> ProducePaymentAsync(this IProducer<string, byte[]> producer, int partition, EventKeys? keys = null)
    {
        PaymentEvent payment = new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, 1, "succeeded", 100, 0, "usd");
        CloudEvent envelope = new(payment.EventId, "payment.succeeded", "/test", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(payment, EventJson.Default.PaymentEvent), null);
        await producer.ProduceAsync(
            new TopicPartition(Topics.Payments, partition),
            KafkaBinding.ToMessage(Topics.Payments, envelope, null, keys ?? SigningKeys.Both), TestContext.Current.CancellationToken);
        return payment.OrderId;
    }
}
