using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using PaymentFlow.Contracts.Statistics;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>
/// The lag of a whole consumer group, read from the broker, because a member knows only its own partitions. Offsets are committed
/// once per second, so an event still counts for a moment after it is applied. Concurrent callers share one query, which uses an
/// existing consumer.
/// </summary>
public sealed partial class ConsumerGroupLag(
    IConsumer<string, byte[]> consumer, string topic, TimeProvider time, ILogger<ConsumerGroupLag> logger) : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    readonly IAdminClient _admin = new DependentAdminClientBuilder(consumer.Handle).Build();
    readonly Lock _lock = new();
    Task<IReadOnlyList<PartitionLag>?>? _asking;
    bool _disposed;

    /// <summary>The lag per partition; null when the broker does not answer within about two seconds.</summary>
    public Task<IReadOnlyList<PartitionLag>?> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_disposed) return Task.FromResult<IReadOnlyList<PartitionLag>?>(null);
            // librdkafka's calls block, so they run on a dedicated thread instead of a thread-pool thread.
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
                [.. _admin.GetMetadata(topic, Left()).Topics.Single().Partitions
                    .Select(partition => new TopicPartition(topic, partition.PartitionId))];
            if (partitions.Count == 0) return [];
            return [.. consumer.Committed(partitions, Left()).OrderBy(done => done.Partition.Value).Select(done =>
            {
                var there = consumer.QueryWatermarkOffsets(done.TopicPartition, Left());
                // A group without a committed offset starts at the first available message.
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
            var left = Timeout - time.GetElapsedTime(begun);
            return left > TimeSpan.Zero ? left : throw new TimeoutException("The broker did not answer in time.");
        }
    }

    /// <summary>Waits for a query in progress, because it still uses the consumer.</summary>
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
        [LoggerMessage(LogLevel.Debug, "Could not read the lag of the consumers of {Topic}: {Reason}")]
        public static partial void NotSaid(ILogger logger, string topic, string reason);
    }
}
