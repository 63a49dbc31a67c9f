using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Messaging.Push;

/// <summary>
/// Reads every partition of <c>orders</c> from its end, in no group and without offsets of its own, and tells
/// <see cref="OrderUpdates"/>: every instance that holds screens hears of every order. The database stays the truth; an
/// event missed here costs a screen its promptness, never its correctness.
/// </summary>
public sealed partial class OrdersTail(IConsumer<string, byte[]> consumer, OrderUpdates updates, ILogger<OrdersTail> logger)
    : BackgroundService
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    void Run(CancellationToken stoppingToken)
    {
        try
        {
            AssignFromEnd(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                if (Poll() is { Message: { } message }) Tell(message);
            }
        }
        finally
        {
            consumer.Close();
        }
    }

    /// <summary>Waits for the topic, then starts at the offsets that are its end now: what comes later is not missed.</summary>
    void AssignFromEnd(CancellationToken stoppingToken)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var topic = admin.GetMetadata(Topics.Orders, MetadataTimeout).Topics.Single();
                if (topic.Error.IsError || topic.Partitions.Count == 0) throw new KafkaException(topic.Error);
                consumer.Assign(topic.Partitions.Select(partition =>
                {
                    var id = new TopicPartition(Topics.Orders, partition.PartitionId);
                    return new TopicPartitionOffset(id, consumer.QueryWatermarkOffsets(id, MetadataTimeout).High);
                }).ToList());
                Log.Assigned(logger, topic.Partitions.Count);
                return;
            }
            catch (KafkaException e)
            {
                Log.KafkaError(logger, e.Error.Reason);
                stoppingToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
            }
        }
    }

    ConsumeResult<string, byte[]>? Poll()
    {
        try
        {
            return consumer.Consume(PollInterval);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            Log.KafkaError(logger, e.Error.Reason);
            return null;
        }
    }

    void Tell(Message<string, byte[]> message)
    {
        try
        {
            var envelope = KafkaBinding.Read(message);
            var order = JsonSerializer.Deserialize(envelope.Data, EventJson.Default.OrderEvent)
                ?? throw new JsonException("The data is null.");
            using var span = PaymentFlowTelemetry.StartFrom(envelope.TraceParent, "orders push", ActivityKind.Consumer);
            span?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", Topics.Orders)
                .SetTag("paymentflow.order_id", order.OrderId).SetTag("paymentflow.order_version", order.Version);
            updates.Publish(order);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            Log.Unreadable(logger, e.Message);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Following {Count} partitions of orders")]
        public static partial void Assigned(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Kafka consumer of orders: {Reason}")]
        public static partial void KafkaError(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "Passed over an event on orders that can't be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
