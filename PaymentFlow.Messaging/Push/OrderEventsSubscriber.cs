using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Messaging.Push;

/// <summary>
/// Reads every partition of <c>orders</c> from its end, without a consumer group or committed offsets, and feeds
/// <see cref="OrderUpdateHub"/>. So every instance that serves screens receives the events of every order. It notices new partitions,
/// and a broker that lost its log or was replaced, within <see cref="LookInterval"/>. The database remains the source of truth: if
/// an event is missed here, the screen is late until <see cref="WatchedOrdersReconciler"/> updates it. An event that is not signed by
/// OrderService is ignored.
/// </summary>
public sealed partial class OrderEventsSubscriber(
    IConsumer<string, byte[]> consumer, EventKeys keys, OrderUpdateHub updates, WatchedOrdersReconciler screens, TimeProvider time,
    ILogger<OrderEventsSubscriber> logger)
    : BackgroundService
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    // Per followed partition: the offset of the next message.
    readonly Dictionary<int, long> _next = [];
    bool _allIsNews;
    volatile bool _following;

    /// <summary>Whether the topic can be read. If not, only the screen sweep updates the screens.</summary>
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
                try
                {
                    // The metadata query blocks, so it runs on its own thread and does not delay messages.
                    if (looking.IsCompleted && (looked is null || time.GetElapsedTime(looked.Value) >= LookInterval))
                    {
                        before = new Dictionary<int, long>(_next);
                        looked = time.GetTimestamp();
                        looking = Task.Factory.StartNew(() => ReadTopic(admin, stoppingToken), CancellationToken.None,
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
                catch (Exception e) when (!stoppingToken.IsCancellationRequested && e is not KafkaException { Error.IsFatal: true })
                {
                    // A screen that missed an update is no reason to end the service. The sweep updates it.
                    BackgroundFailures.Count("push");
                    Log.Failed(logger, e);
                    screens.Ask();
                    stoppingToken.WaitHandle.WaitOne(PollInterval);
                }
            }
        }
        finally
        {
            looking.Wait(CancellationToken.None);
            consumer.Close();
        }
    }

    /// <returns>Null when the broker gives no usable answer.</returns>
    TopicState? ReadTopic(IAdminClient admin, CancellationToken stoppingToken)
    {
        try
        {
            var topic = admin.GetMetadata(Topics.Orders, Timeout).Topics.Single();
            if (topic.Error.Code is ErrorCode.UnknownTopicOrPart || topic is { Error.IsError: false, Partitions.Count: 0 })
                return new TopicState([]);
            if (topic.Error.IsError) return null;
            Dictionary<int, WatermarkOffsets> partitions = [];
            foreach (var partition in topic.Partitions)
            {
                if (stoppingToken.IsCancellationRequested) return null;
                partitions[partition.PartitionId] = consumer.QueryWatermarkOffsets(new(Topics.Orders, partition.PartitionId), Timeout);
            }
            return new TopicState(partitions);
        }
        catch (Exception e)
        {
            Log.NotSeen(logger, e.Message);
            _following = false;
            return null;
        }
    }

    /// <summary>
    /// Assigns the partitions. The first assignment starts at the end of each partition. A partition that appears later, or the log of
    /// a new broker, contains only new messages and is read from its beginning.
    /// </summary>
    /// <param name="before">
    /// Our positions before the metadata query. A position past the end of the partition means that the topic was recreated.
    /// </param>
    void Follow(TopicState topic, Dictionary<int, long> before)
    {
        if (topic.Partitions.Count == 0)
        {
            // The topic is deleted or not created yet. When it appears, all its messages are new.
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
        // Events before the assignment were missed; a sweep reads the current state from the database.
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
        // Nearly all events are of orders without a watcher in this process. Checking the key first avoids parsing them.
        if (Guid.TryParse(message.Key, out var orderId) && !updates.Concerns(orderId)) return;
        try
        {
            KafkaBinding.Verify(Topics.Orders, message, keys);
            var envelope = KafkaBinding.Read(message);
            var order = JsonSerializer.Deserialize(envelope.Data, EventJson.Default.OrderEvent)
                ?? throw new JsonException("The data is null.");
            using var span = PaymentFlowTelemetry.StartFrom(envelope.TraceParent, "orders push", ActivityKind.Consumer);
            span?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", Topics.Orders)
                .SetTag("paymentflow.order_id", order.OrderId).SetTag("paymentflow.order_version", order.Version);
            updates.Publish(order);
        }
        catch (EventSignatureException e)
        {
            RefusedEvents.Count(Topics.Orders);
            Log.Refused(logger, e.Message);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            Log.Unreadable(logger, e.Message);
        }
    }

    /// <summary>The topic's partitions on the broker; empty when the topic does not exist.</summary>
    sealed record TopicState(Dictionary<int, WatermarkOffsets> Partitions);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Following {Count} partitions of orders")]
        public static partial void Assigned(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Kafka consumer of orders: {Reason}")]
        public static partial void KafkaError(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Following orders failed, retrying shortly")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Debug, "Could not read the state of the topic orders: {Reason}")]
        public static partial void NotSeen(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "Ignored an event on orders: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "Skipped an unreadable event on orders: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
