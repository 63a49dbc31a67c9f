using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging.Migrations;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Messaging.Consuming;

/// <summary>
/// Reads a topic as one member of a consumer group: takes what is there, up to a batch, applies it, and only then stores
/// the offsets. While the database is away the batch is tried again, and the paused partitions are polled, so that the
/// group does not take the member for dead. Nothing is skipped and nothing is committed for work not done. When the host stops, the
/// batch in hand is finished and its offsets are committed, and the group is left.
/// </summary>
/// <remarks>
/// It has a thread of its own because librdkafka's Consume blocks; two cores' worth of thread pool must not pay for that.
/// </remarks>
public sealed partial class BatchConsumer<T>(
    string topic,
    IConsumer<string, byte[]> consumer,
    BatchProcessor<T> processor,
    DatabaseMigration migration,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<BatchConsumer<T>> logger) : BackgroundService
{
    const int BatchSize = 1_000;
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LastBatchPatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ResumeInterval = TimeSpan.FromSeconds(1);

    // Of each partition the first message that is taken and not applied.
    readonly ConcurrentDictionary<TopicPartition, long> _inHand = new();
    bool _hasPaused;
    long _resumedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        PaymentFlowTelemetry.Meter.CreateObservableGauge(
            "paymentflow.consumer.lag", Lag, "{event}", "Events between what is applied and the end of the partition");
        // From the moment of the signal on, not only when the web server is done.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await Task.Factory.StartNew(
            () => Run(stopping.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    void Run(CancellationToken stoppingToken)
    {
        consumer.Subscribe(topic);
        using CancellationTokenSource patience = new(Timeout.InfiniteTimeSpan, time);
        using var lastBatch = stoppingToken.Register(() => patience.CancelAfter(LastBatchPatience));
        try
        {
            var batch = new List<ConsumeResult<string, byte[]>>(BatchSize);
            while (!stoppingToken.IsCancellationRequested)
            {
                ResumeWhatCameBack();
                Take(batch);
                if (batch.Count == 0) continue;
                Process(batch, stoppingToken, patience.Token);
                StoreOffsets(batch);
                batch.Clear();
                _inHand.Clear();
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // What was not finished is not stored: the next member of the group takes it up.
        }
        catch (Exception e)
        {
            Log.Failed(logger, e, topic);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
        finally
        {
            consumer.Close();
        }
    }

    /// <summary>
    /// librdkafka's pause outlives a rebalance: a partition that was taken away while it was paused is paused still when it is given back,
    /// and would never be read again.
    /// </summary>
    void ResumeWhatCameBack()
    {
        if (!_hasPaused || time.GetElapsedTime(_resumedAt) < ResumeInterval) return;
        consumer.Resume(consumer.Assignment);
        _resumedAt = time.GetTimestamp();
    }

    /// <summary>Waits for one message, then takes only what librdkafka has fetched already: an idle topic costs no latency.</summary>
    void Take(List<ConsumeResult<string, byte[]>> batch)
    {
        for (var next = Poll(PollInterval); next is not null; next = batch.Count < BatchSize ? Poll(TimeSpan.Zero) : null)
            batch.Add(next);
    }

    ConsumeResult<string, byte[]>? Poll(TimeSpan timeout)
    {
        try
        {
            var message = consumer.Consume(timeout);
            if (message is not null) _inHand.TryAdd(message.TopicPartition, message.Offset.Value);
            return message;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            Log.KafkaError(logger, topic, e.Error.Reason);
            return null;
        }
    }

    void Process(List<ConsumeResult<string, byte[]>> batch, CancellationToken stoppingToken, CancellationToken patience)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                processor.ProcessAsync(batch, patience).GetAwaiter().GetResult();
                if (attempt > 0) consumer.Resume(consumer.Assignment);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var delay = TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(attempt, 10), LongestRetryDelay.TotalMilliseconds));
                Log.Retrying(logger, topic, batch.Count, delay, e.Message);
                PollPaused(batch, delay, stoppingToken);
            }
        }
    }

    /// <summary>Keeps the membership alive for <paramref name="delay"/>; a message that slips in joins the batch.</summary>
    void PollPaused(List<ConsumeResult<string, byte[]>> batch, TimeSpan delay, CancellationToken stoppingToken)
    {
        for (var left = delay; left > TimeSpan.Zero && !stoppingToken.IsCancellationRequested; left -= PollInterval)
        {
            // At every turn, because a rebalance may have assigned partitions that are not paused yet.
            _hasPaused = true;
            consumer.Pause(consumer.Assignment);
            if (Poll(PollInterval) is { } message) batch.Add(message);
        }
        stoppingToken.ThrowIfCancellationRequested();
    }

    void StoreOffsets(List<ConsumeResult<string, byte[]>> batch)
    {
        foreach (var last in batch.GroupBy(message => message.TopicPartition).Select(partition => partition.MaxBy(m => m.Offset.Value)!))
        {
            try
            {
                consumer.StoreOffset(last);
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_State)
            {
                // Revoked in the meantime: its new owner applies these again, and the versions make that a no-op.
            }
        }
    }

    IEnumerable<Measurement<long>> Lag()
    {
        List<Measurement<long>> measurements = [];
        try
        {
            foreach (var partition in consumer.Assignment)
            {
                var position = consumer.Position(partition);
                if (position.IsSpecial) continue;
                var applied = _inHand.TryGetValue(partition, out var first) ? first : position.Value;
                var lag = Math.Max(0, consumer.GetWatermarkOffsets(partition).High.Value - applied);
                measurements.Add(new(lag, new("topic", topic), new("partition", partition.Partition.Value)));
            }
        }
        catch (Exception e) when (e is KafkaException or ObjectDisposedException)
        {
            // Between two assignments, or closed: there is no lag to tell.
        }
        return measurements;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Topic}: {Count} events wait {Delay} for another try: {Reason}")]
        public static partial void Retrying(ILogger logger, string topic, int count, TimeSpan delay, string reason);

        [LoggerMessage(LogLevel.Warning, "Kafka consumer of {Topic}: {Reason}")]
        public static partial void KafkaError(ILogger logger, string topic, string reason);

        [LoggerMessage(LogLevel.Critical, "The consumer of {Topic} failed; stopping, to be restarted")]
        public static partial void Failed(ILogger logger, Exception exception, string topic);
    }
}
