using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.Persistence.Outbox;

/// <summary>
/// Publishes committed outbox rows to Kafka, at least once. After a commit the writer hands the rows over in memory
/// (<see cref="Publish"/>), so that no row waits for a poll. The sweep publishes only the rows that a crash or a Kafka outage left.
/// When the host stops, the relay runs until all other hosted services have stopped, and then flushes the last rows.
/// See docs/decisions/0001-transactional-outbox.md.
/// </summary>
public sealed partial class OutboxRelay(
    IProducer<string, byte[]> producer,
    OutboxStore store,
    EventKeys keys,
    DatabaseMigration migration,
    IMeterFactory meters,
    TimeProvider time,
    ILogger<OutboxRelay> logger) : BackgroundService, IHostedLifecycleService
{
    const int SweepBatch = 500;
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    // Longer than a batch takes, including the producer's message time-out. Each batch renews the lease.
    static readonly TimeSpan SweepLease = TimeSpan.FromSeconds(15);
    // Less often than the sweep, because the count also scans index entries of rows published since the last vacuum.
    static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);
    // Rows that are left over after these times are published by the sweep of the next start.
    static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan MarkPatience = TimeSpan.FromSeconds(2);
    // published_at is updated in batches every 100 ms. After a crash in between, the rows are published again; consumers ignore the
    // duplicates by version.
    static readonly TimeSpan MarkInterval = TimeSpan.FromMilliseconds(100);

    // As many as librdkafka has in flight by default. If the queue is full, the sweep publishes the row again.
    readonly Channel<PublishResult> _delivered = Channel.CreateBounded<PublishResult>(
        new BoundedChannelOptions(100_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    OutboxBacklog _backlog;
    // The last row that the sweep tried, so that rows that always fail do not block those behind them; 0 to begin with the oldest.
    long _sweptTo;

    /// <summary>
    /// Publishes rows that have just been committed. Returns at once. Never throws because of Kafka; failed rows are picked up by the
    /// sweep.
    /// </summary>
    public void Publish(params ReadOnlySpan<OutboxEntry> committed)
    {
        foreach (var entry in committed)
        {
            Produce(entry, acknowledged =>
            {
                if (acknowledged) _delivered.Writer.TryWrite(new PublishResult(entry.Id, time.GetUtcNow()));
            });
        }
    }

    /// <summary>
    /// Publishes and waits for Kafka's acknowledgments, at most for the producer's message time-out. Does not mark the rows as published.
    /// </summary>
    /// <returns>In the order of <paramref name="entries"/>: whether Kafka acknowledged the entry.</returns>
    public Task<bool[]> PublishAsync(IEnumerable<OutboxEntry> entries, CancellationToken cancellationToken) =>
        Task.WhenAll(entries.Select(entry =>
        {
            var delivery = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            Produce(entry, delivery.SetResult);
            return delivery.Task;
        })).WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        // The factory's meter ends with the host, and its gauges with it.
        var meter = meters.Create(ServiceDefaultsExtensions.TelemetryName);
        meter.CreateObservableGauge(
            "paymentflow.outbox.depth", () => _backlog.Depth, "{event}", "Events that wait to be published");
        meter.CreateObservableGauge(
            "paymentflow.outbox.age", () => _backlog.AgeSeconds, "s", "Age of the oldest event that waits");
        using CancellationTokenSource markPatience = new(Timeout.InfiniteTimeSpan, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var marking = MarkDeliveredAsync(markPatience.Token);
        var sweeping = SweepAsync(end.Token);
        // Neither ends before the host stops, unless it fails. Then the other ends as well.
        await Task.WhenAny(sweeping, marking);
        await end.CancelAsync();
        await Task.Run(() => producer.Flush(FlushPatience), CancellationToken.None);
        _delivered.Writer.Complete();
        markPatience.CancelAfter(MarkPatience);
        await Task.WhenAll(marking, sweeping);
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does nothing, because services that stop later may still publish. The relay stops in <c>StoppedAsync</c>.</summary>
    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Stops the relay after all other hosted services. The flush has its own time limits, so that it runs even if the other services
    /// have used up the host's shutdown time-out.
    /// </summary>
    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => base.StopAsync(CancellationToken.None);

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        long? counted = null;
        do
        {
            try
            {
                if (await store.IsAnyLeftAsync(stoppingToken)) await PublishLeftAsync(stoppingToken);
                if (counted is not null && time.GetElapsedTime(counted.Value) < CountInterval) continue;
                _backlog = await store.BacklogAsync(stoppingToken);
                counted = time.GetTimestamp();
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Fail(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>
    /// Publishes the rows that their writers left, unless another replica does. Stops when Kafka acknowledges no row of a batch.
    /// </summary>
    async Task PublishLeftAsync(CancellationToken stoppingToken)
    {
        // Marks one batch while the next one is published.
        var marking = Task.CompletedTask;
        try
        {
            for (var more = true; more && await store.Sweep.TryTakeAsync(SweepLease, stoppingToken);)
            {
                var entries = await store.LeftAsync(_sweptTo, SweepBatch, stoppingToken);
                _sweptTo = entries.Count == SweepBatch ? entries[^1].Id : 0;
                if (entries.Count == 0) break;
                Log.Sweeping(logger, entries.Count);
                var acknowledged = await PublishAsync(entries, stoppingToken);
                await marking;
                var at = time.GetUtcNow();
                marking = store.MarkPublishedAsync(
                    entries.Where((_, i) => acknowledged[i]).Select(entry => new PublishResult(entry.Id, at)), stoppingToken);
                more = _sweptTo > 0 && acknowledged.Any(one => one);
            }
        }
        finally
        {
            await marking;
        }
        await store.Sweep.ReleaseAsync(stoppingToken);
    }

    void Produce(OutboxEntry entry, Action<bool> completed)
    {
        // The span ends on librdkafka's thread, so it must not become the caller's current span.
        var current = Activity.Current;
        var span = PaymentFlowTelemetry.StartFrom(entry.Event.TraceParent, $"{entry.Topic} publish", ActivityKind.Producer);
        span?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", entry.Topic)
            .SetTag("messaging.message.id", entry.Event.Id);
        Activity.Current = current;
        try
        {
            producer.Produce(
                entry.Topic, KafkaBinding.ToMessage(entry.Topic, entry.Event, span?.Id ?? entry.Event.TraceParent, keys),
                report => Finish(report.Error.IsError ? report.Error.Reason : null));
        }
        catch (Exception e)
        {
            // The local queue is full, or the topic is not known yet. The sweep publishes the row later. Whatever failed, the caller has
            // committed and must not fail.
            Finish(e.Message);
        }

        void Finish(string? failure)
        {
            if (failure is not null)
            {
                Log.NotPublished(logger, entry.Event.Type, entry.Event.Id, failure);
                span?.SetStatus(ActivityStatusCode.Error, failure);
            }
            span?.Dispose();
            completed(failure is null);
        }
    }

    /// <summary>Runs until the queue of deliveries is completed and empty, or <paramref name="patience"/> is canceled.</summary>
    async Task MarkDeliveredAsync(CancellationToken patience)
    {
        var deliveries = new List<PublishResult>();
        while (await _delivered.Reader.WaitToReadAsync(patience))
        {
            if (_delivered.Reader.Count < SweepBatch) await Task.Delay(MarkInterval, time, patience);
            while (deliveries.Count < SweepBatch && _delivered.Reader.TryRead(out var delivery)) deliveries.Add(delivery);
            try
            {
                await store.MarkPublishedAsync(deliveries, patience);
                deliveries.Clear();
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
                await Task.Delay(SweepInterval, time, patience);
                // Rows that stay unmarked are published again; consumers ignore the duplicates by version.
                if (deliveries.Count >= SweepBatch) deliveries.Clear();
            }
            catch (Exception e) when (!patience.IsCancellationRequested)
            {
                Fail(e);
                await Task.Delay(SweepInterval, time, patience);
                deliveries.Clear();
            }
        }
    }

    void Fail(Exception exception)
    {
        BackgroundFailures.Count("outbox");
        Log.Failed(logger, exception);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Publishing {Count} outbox rows that were left behind")]
        public static partial void Sweeping(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Could not publish {Type} {EventId}; the sweep will retry: {Reason}")]
        public static partial void NotPublished(ILogger logger, string type, Guid eventId, string reason);

        [LoggerMessage(LogLevel.Warning, "The outbox waits for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The outbox failed, retrying shortly")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
