using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>
/// Consumes a topic as a member of a consumer group, in batches, at least once. It applies a batch and only then stores the
/// offsets, so no event is skipped. While the database is unavailable, it retries the batch and polls the paused partitions, so
/// that the group does not expel the member. A partition whose events fail for any other reason outside the events is paused and
/// retried, while the other partitions continue. When the host stops, it finishes the current batch, commits the offsets and
/// leaves the group.
/// </summary>
/// <remarks>
/// Runs on a dedicated thread, because librdkafka's Consume blocks and would occupy a thread-pool thread.
/// </remarks>
public sealed partial class BatchConsumer<T>(
    string topic,
    IConsumer<string, byte[]> consumer,
    BatchProcessor<T> processor,
    DatabaseMigration migration,
    IMeterFactory meters,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<BatchConsumer<T>> logger) : BackgroundService
{
    const int BatchSize = 1_000;
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    static readonly Backoff DatabaseRetry = new(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(5));
    static readonly TimeSpan LastBatchPatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ResumeInterval = TimeSpan.FromSeconds(1);
    static readonly Backoff HeldRetry = new(TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(1));

    static readonly Counter<long> Failures = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.consumer.failures", "{failure}", "Attempts to apply events that failed because of a fault of ours");

    // Per partition: offset of the first message consumed but not yet applied.
    readonly ConcurrentDictionary<TopicPartition, long> _inHand = new();
    // Partitions that are paused, because their events fail.
    readonly Dictionary<TopicPartition, Held> _held = [];
    bool _hasPaused;
    long _resumedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        // The factory's meter ends with the host, and its gauge with it.
        meters.Create(ServiceDefaultsExtensions.TelemetryName).CreateObservableGauge(
            "paymentflow.consumer.lag", Lag, "{event}", "Events between what is applied and the end of the partition");
        // Stop at the shutdown signal. The host cancels stoppingToken later, after the web server has stopped.
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
                try
                {
                    ResumeWhatCameBack();
                    RetryHeld(stoppingToken, patience.Token);
                    if (batch.Count == 0) Take(batch);
                    if (batch.Count == 0) continue;
                    Process(batch, stoppingToken, patience.Token);
                    batch.Clear();
                    ForgetApplied();
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested && e is not KafkaException { Error.IsFatal: true })
                {
                    // The batch is kept and tried again.
                    Failures.Add(1, new KeyValuePair<string, object?>("topic", topic));
                    Log.Unexpected(logger, e, topic);
                    stoppingToken.WaitHandle.WaitOne(ResumeInterval);
                }
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The offsets of an unfinished batch are not stored, so the partition's next owner applies the batch.
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
    /// librdkafka's pause outlives a rebalance. A partition that is revoked while paused is still paused when it is assigned again,
    /// and would never be read.
    /// </summary>
    void ResumeWhatCameBack()
    {
        if (!_hasPaused || time.GetElapsedTime(_resumedAt) < ResumeInterval) return;
        Resume();
        _resumedAt = time.GetTimestamp();
    }

    void Resume() => consumer.Resume(consumer.Assignment.Where(partition => !_held.ContainsKey(partition)));

    /// <summary>
    /// Waits for one message, then takes only messages that librdkafka has already fetched. So batching does not delay a single message.
    /// </summary>
    void Take(List<ConsumeResult<string, byte[]>> batch)
    {
        for (var next = Poll(PollInterval); next is not null; next = batch.Count < BatchSize ? Poll(TimeSpan.Zero) : null)
            Add(batch, next);
    }

    /// <summary>A message that a held partition still delivers waits behind the messages that fail.</summary>
    void Add(List<ConsumeResult<string, byte[]>> batch, ConsumeResult<string, byte[]> message) =>
        (_held.TryGetValue(message.TopicPartition, out var held) ? held.Messages : batch).Add(message);

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
                Apply(batch, patience);
                if (attempt > 0) Resume();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && !DatabaseFailure.IsAway(e))
            {
                HoldWhatFails(batch, stoppingToken, patience);
                if (attempt > 0) Resume();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                var delay = DatabaseRetry.After(attempt);
                Log.Retrying(logger, topic, batch.Count, delay, e.Message);
                PollPaused(batch, delay, stoppingToken);
            }
        }
    }

    void Apply(List<ConsumeResult<string, byte[]>> messages, CancellationToken patience)
    {
        processor.ProcessAsync(messages, patience).GetAwaiter().GetResult();
        StoreOffsets(messages);
    }

    /// <summary>Applies each partition's messages alone, so that a fault in one partition does not stop the others.</summary>
    void HoldWhatFails(List<ConsumeResult<string, byte[]>> batch, CancellationToken stoppingToken, CancellationToken patience)
    {
        foreach (var partition in batch.GroupBy(message => message.TopicPartition))
        {
            Held held = new([.. partition]);
            if (TryApply(partition.Key, held, stoppingToken, patience)) continue;
            _held[partition.Key] = held;
        }
        PauseHeld();
    }

    void PauseHeld()
    {
        _hasPaused = true;
        try
        {
            consumer.Pause(consumer.Assignment.Where(_held.ContainsKey));
        }
        catch (KafkaException e)
        {
            // A rebalance is under way. What such a partition still delivers waits with its other messages.
            Log.KafkaError(logger, topic, e.Error.Reason);
        }
    }

    void RetryHeld(CancellationToken stoppingToken, CancellationToken patience)
    {
        if (_held.Count == 0) return;
        PauseHeld();
        foreach (var (partition, held) in _held.ToList())
        {
            // The new owner of a revoked partition reads its messages again.
            if (!consumer.Assignment.Contains(partition)) Release(partition);
            else if (time.GetElapsedTime(held.TriedAt) >= held.Delay && TryApply(partition, held, stoppingToken, patience))
            {
                Release(partition);
                consumer.Resume([partition]);
            }
        }
    }

    void ForgetApplied()
    {
        foreach (var (partition, _) in _inHand)
            if (!_held.ContainsKey(partition)) _inHand.TryRemove(partition, out _);
    }

    void Release(TopicPartition partition)
    {
        _held.Remove(partition);
        _inHand.TryRemove(partition, out _);
    }

    bool TryApply(TopicPartition partition, Held held, CancellationToken stoppingToken, CancellationToken patience)
    {
        try
        {
            Apply(held.Messages, patience);
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            held.Delay = HeldRetry.After(held.Attempts++);
            held.TriedAt = time.GetTimestamp();
            if (!DatabaseFailure.IsAway(e)) Failures.Add(1, new KeyValuePair<string, object?>("topic", topic));
            Log.Held(logger, e, topic, partition.Partition.Value, held.Messages[0].Offset.Value, held.Delay);
            return false;
        }
    }

    /// <summary>Keeps the group membership alive for <paramref name="delay"/>. A message that still arrives joins the batch.</summary>
    void PollPaused(List<ConsumeResult<string, byte[]>> batch, TimeSpan delay, CancellationToken stoppingToken)
    {
        for (var left = delay; left > TimeSpan.Zero && !stoppingToken.IsCancellationRequested; left -= PollInterval)
        {
            // Pause in every iteration, because a rebalance may have assigned partitions that are not paused yet.
            _hasPaused = true;
            consumer.Pause(consumer.Assignment);
            if (Poll(PollInterval) is { } message) Add(batch, message);
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
                // The partition was revoked in the meantime. Its new owner applies these events again; the versions make that a no-op.
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
            // Nothing is assigned, or the consumer is closed: there is no lag to report.
        }
        return measurements;
    }

    /// <summary>The messages of a partition that is paused, because they fail.</summary>
    sealed class Held(List<ConsumeResult<string, byte[]>> messages)
    {
        public List<ConsumeResult<string, byte[]>> Messages => messages;

        public int Attempts { get; set; }

        public long TriedAt { get; set; }

        public TimeSpan Delay { get; set; }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error,
            "{Topic}[{Partition}]@{Offset}: could not apply events; the partition is paused, retrying in {Delay}")]
        public static partial void Held(
            ILogger logger, Exception exception, string topic, int partition, long offset, TimeSpan delay);

        [LoggerMessage(LogLevel.Error, "The consumer of {Topic} failed, retrying shortly")]
        public static partial void Unexpected(ILogger logger, Exception exception, string topic);

        [LoggerMessage(LogLevel.Warning, "{Topic}: could not apply {Count} events, retrying in {Delay}: {Reason}")]
        public static partial void Retrying(ILogger logger, string topic, int count, TimeSpan delay, string reason);

        [LoggerMessage(LogLevel.Warning, "Kafka consumer of {Topic}: {Reason}")]
        public static partial void KafkaError(ILogger logger, string topic, string reason);

        [LoggerMessage(LogLevel.Critical, "The consumer of {Topic} failed; stopping the process so that it is restarted")]
        public static partial void Failed(ILogger logger, Exception exception, string topic);
    }
}
