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
/// <see cref="OrderUpdates"/>: every instance that holds screens hears of every order. Partitions that are added, and a broker that
/// lost its log or was replaced, are noticed within <see cref="LookInterval"/>. The database stays the truth; an event missed here
/// costs a screen its promptness, for as long as <see cref="ScreenSweep"/> takes, never its correctness.
/// </summary>
public sealed partial class OrdersTail(
    IConsumer<string, byte[]> consumer, OrderUpdates updates, ScreenSweep screens, TimeProvider time, ILogger<OrdersTail> logger)
    : BackgroundService
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Of each partition that is followed: the offset of the next message.
    readonly Dictionary<int, long> _next = [];
    bool _allIsNews;
    volatile bool _following;

    /// <summary>Whether the broker tells of the topic: then updates come by themselves, and otherwise by the screen sweep only.</summary>
    public bool Following => _following;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    void Run(CancellationToken stoppingToken)
    {
        var looking = Task.FromResult<TopicState?>(null);
        try
        {
            using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
            Dictionary<int, long> before = [];
            long? looked = null;
            while (!stoppingToken.IsCancellationRequested)
            {
                // On a thread of its own, for it blocks, and messages must not wait for it.
                if (looking.IsCompleted && (looked is null || time.GetElapsedTime(looked.Value) >= LookInterval))
                {
                    before = new Dictionary<int, long>(_next);
                    looked = time.GetTimestamp();
                    looking = Task.Factory.StartNew(() => Look(admin, stoppingToken), CancellationToken.None,
                        TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }
                if (Poll() is { Message: { } message } result)
                {
                    _next[result.Partition.Value] = result.Offset.Value + 1;
                    Tell(message);
                }
                if (looking is { IsCompleted: true, Result: { } topic })
                {
                    looking = Task.FromResult<TopicState?>(null);
                    Follow(topic, before);
                    _following = _next.Count > 0;
                }
            }
        }
        finally
        {
            looking.Wait(CancellationToken.None);
            consumer.Close();
        }
    }

    /// <returns>Null when the broker does not say.</returns>
    TopicState? Look(IAdminClient admin, CancellationToken stoppingToken)
    {
        try
        {
            var topic = admin.GetMetadata(Topics.Orders, Patience).Topics.Single();
            if (topic.Error.Code is ErrorCode.UnknownTopicOrPart || topic is { Error.IsError: false, Partitions.Count: 0 }) return new TopicState([]);
            if (topic.Error.IsError) return null;
            Dictionary<int, WatermarkOffsets> partitions = [];
            foreach (var partition in topic.Partitions)
            {
                if (stoppingToken.IsCancellationRequested) return null;
                partitions[partition.PartitionId] = consumer.QueryWatermarkOffsets(new(Topics.Orders, partition.PartitionId), Patience);
            }
            return new TopicState(partitions);
        }
        catch (KafkaException e)
        {
            Log.NotSeen(logger, e.Error.Reason);
            _following = false;
            return null;
        }
    }

    /// <summary>
    /// At first from the end: what comes later is not missed. Whatever appears after that, a new partition or the log of a new
    /// broker, is all news and read from its beginning.
    /// </summary>
    /// <param name="before">How far this was before the broker was asked: who is beyond its end reads a log that is gone.</param>
    void Follow(TopicState topic, Dictionary<int, long> before)
    {
        if (topic.Partitions.Count == 0)
        {
            // Deleted, or not created yet: whatever it is when it comes (back), all of it is news.
            _next.Clear();
            _allIsNews = true;
            return;
        }

        var changed = false;
        foreach (var (partition, offsets) in topic.Partitions)
        {
            var replaced = before.TryGetValue(partition, out var position) && position > offsets.High.Value;
            if (_next.ContainsKey(partition) && !replaced) continue;
            _next[partition] = _allIsNews ? offsets.Low.Value : offsets.High.Value;
            changed = true;
        }
        if (!changed) return;

        consumer.Assign(_next.Select(item => new TopicPartitionOffset(Topics.Orders, item.Key, item.Value)));
        _allIsNews = true;
        Log.Assigned(logger, _next.Count);
        // What came before the assignment is nobody's to tell but the database's.
        screens.Ask();
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
            screens.Ask();
            return null;
        }
    }

    void Tell(Message<string, byte[]> message)
    {
        // Every instance reads every order's events, and nearly all of them are nobody's here: those cost a look at the key.
        if (Guid.TryParse(message.Key, out var orderId) && !updates.Concerns(orderId)) return;
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

    /// <summary>The topic as the broker has it.</summary>
    sealed record TopicState(Dictionary<int, WatermarkOffsets> Partitions);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Following {Count} partitions of orders")]
        public static partial void Assigned(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Kafka consumer of orders: {Reason}")]
        public static partial void KafkaError(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Debug, "The broker does not tell of orders: {Reason}")]
        public static partial void NotSeen(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "Passed over an event on orders that can't be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
