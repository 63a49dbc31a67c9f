using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Messaging.Consuming;

/// <summary>Events of a partition that are not committed as done by the group, whichever of its members has the partition.</summary>
public sealed record PartitionLag(int Partition, long Events);

/// <summary>
/// How far a whole consumer group is behind, asked of the broker: a member knows only its own partitions. Offsets are committed once
/// a second, so an event counts for a moment after it is applied. One question at a time, however many ask, over a consumer that
/// is there anyway.
/// </summary>
public sealed partial class ConsumerGroupLag(
    IConsumer<string, byte[]> consumer, string topic, TimeProvider time, ILogger<ConsumerGroupLag> logger) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly IAdminClient _admin = new DependentAdminClientBuilder(consumer.Handle).Build();
    readonly Lock _lock = new();
    Task<IReadOnlyList<PartitionLag>?>? _asking;
    bool _disposed;

    /// <summary>By partition; null when the broker does not say within two seconds or so.</summary>
    public Task<IReadOnlyList<PartitionLag>?> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_disposed) return Task.FromResult<IReadOnlyList<PartitionLag>?>(null);
            // librdkafka's calls block, so they get a thread of their own instead of one of the pool's.
            if (_asking is null or { IsCompleted: true })
                _asking = Task.Factory.StartNew(Ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return _asking.WaitAsync(cancellationToken);
        }
    }

    IReadOnlyList<PartitionLag>? Ask()
    {
        var begun = time.GetTimestamp();
        try
        {
            List<TopicPartition> partitions =
                [.. _admin.GetMetadata(topic, Left()).Topics.Single().Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId))];
            if (partitions.Count == 0) return [];
            return [.. consumer.Committed(partitions, Left()).OrderBy(done => done.Partition.Value).Select(done =>
            {
                var there = consumer.QueryWatermarkOffsets(done.TopicPartition, Left());
                // Where the group has committed nothing it begins with the first that is there.
                var next = done.Offset.IsSpecial ? there.Low.Value : done.Offset.Value;
                return new PartitionLag(done.Partition.Value, Math.Max(0, there.High.Value - next));
            })];
        }
        catch (Exception e) when (e is KafkaException or TimeoutException)
        {
            Log.NotSaid(logger, topic, e.Message);
            return null;
        }

        TimeSpan Left()
        {
            var left = Patience - time.GetElapsedTime(begun);
            return left > TimeSpan.Zero ? left : throw new TimeoutException("The broker takes its time.");
        }
    }

    /// <summary>Waits for the question under way: the consumer must not be gone before it is answered.</summary>
    public void Dispose()
    {
        Task? asking;
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            asking = _asking;
        }
        asking?.Wait();
        _admin.Dispose();
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "The broker does not say how far the consumers of {Topic} are: {Reason}")]
        public static partial void NotSaid(ILogger logger, string topic, string reason);
    }
}
