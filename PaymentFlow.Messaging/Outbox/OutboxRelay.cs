using System.Diagnostics;
using System.Threading.Channels;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Database;
using PaymentFlow.Messaging.Migrations;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Messaging.Outbox;

/// <summary>
/// Publishes committed outbox rows to Kafka, at least once. Whoever commits hands the rows over in memory
/// (<see cref="Publish"/>), so nothing waits for a poll; the sweep publishes only what a crash or an absent Kafka left.
/// When the host stops it goes on until everybody else has ended, then flushes: what was committed last is published, too.
/// </summary>
public sealed partial class OutboxRelay(
    IProducer<string, byte[]> producer,
    OutboxStore store,
    DatabaseMigration migration,
    TimeProvider time,
    ILogger<OutboxRelay> logger) : BackgroundService, IHostedLifecycleService
{
    const int SweepBatch = 500;
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    // Counting what waits walks over what was published since the last vacuum, too: a quarter of a second after a backlog of 200,000.
    static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);
    // What they leave undone, the next start's sweep does.
    static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan MarkPatience = TimeSpan.FromSeconds(2);
    // Nobody waits for a mark: those of a tenth of a second are one transaction. A crash in between publishes them again, which the
    // versions make harmless.
    static readonly TimeSpan MarkInterval = TimeSpan.FromMilliseconds(100);

    // Bounded by what librdkafka holds in flight; a full queue only means that the sweep publishes a row again.
    readonly Channel<Delivery> _delivered = Channel.CreateBounded<Delivery>(
        new BoundedChannelOptions(100_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    OutboxBacklog _backlog;

    /// <summary>Hands over rows that have just been committed. Returns at once and never throws for Kafka's sake.</summary>
    public void Publish(params ReadOnlySpan<OutboxEntry> committed)
    {
        foreach (var entry in committed) Produce(entry, static _ => { });
    }

    /// <summary>Publishes and waits for Kafka's answers, which come within the producer's message time-out.</summary>
    /// <returns>In the order of <paramref name="entries"/>: whether Kafka has it.</returns>
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
        PaymentFlowTelemetry.Meter.CreateObservableGauge(
            "paymentflow.outbox.depth", () => _backlog.Depth, "{event}", "Events that wait to be published");
        PaymentFlowTelemetry.Meter.CreateObservableGauge(
            "paymentflow.outbox.age", () => _backlog.AgeSeconds, "s", "Age of the oldest event that waits");
        using CancellationTokenSource markPatience = new(Timeout.InfiniteTimeSpan, time);
        var marking = MarkDeliveredAsync(markPatience.Token);
        try
        {
            // If one of the two fails the service must not go on without it: the host stops, to be restarted.
            await await Task.WhenAny(SweepAsync(stoppingToken), marking);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.Run(() => producer.Flush(FlushPatience), CancellationToken.None);
            _delivered.Writer.Complete();
            markPatience.CancelAfter(MarkPatience);
            await marking;
        }
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not yet: others may be registered before it, and stop after it, with something to publish.</summary>
    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everybody else has ended. Bounded by its own patience, so that it is done even when they used up the host's.</summary>
    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => base.StopAsync(CancellationToken.None);

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        long? counted = null;
        do
        {
            try
            {
                for (long? after = 0; after is not null;) after = await SweepOnceAsync(after.Value, stoppingToken);
                if (counted is not null && time.GetElapsedTime(counted.Value) < CountInterval) continue;
                _backlog = await store.BacklogAsync(stoppingToken);
                counted = time.GetTimestamp();
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <param name="after">The last row that this sweep has published: to begin with the first each time is to walk over all that it has taken.</param>
    /// <returns>The last row, when there may be more; a failed delivery ends the sweep, for Kafka is away.</returns>
    async Task<long?> SweepOnceAsync(long after, CancellationToken stoppingToken)
    {
        var entries = await store.LeaseAsync(after, SweepBatch, stoppingToken);
        if (entries.Count == 0) return null;
        Log.Sweeping(logger, entries.Count);
        var delivered = await PublishAsync(entries, stoppingToken);
        return entries.Count == SweepBatch && delivered.All(one => one) ? entries[^1].Id : null;
    }

    void Produce(OutboxEntry entry, Action<bool> completed)
    {
        // The span must not become the caller's current one: it ends on librdkafka's thread.
        var current = Activity.Current;
        var span = PaymentFlowTelemetry.StartFrom(entry.Event.TraceParent, $"{entry.Topic} publish", ActivityKind.Producer);
        span?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", entry.Topic)
            .SetTag("messaging.message.id", entry.Event.Id);
        Activity.Current = current;
        try
        {
            producer.Produce(
                entry.Topic, KafkaBinding.ToMessage(entry.Event, span?.Id ?? entry.Event.TraceParent),
                report => Finish(report.Error.IsError ? report.Error.Reason : null));
        }
        catch (KafkaException e)
        {
            // The local queue is full, or the topic is unknown for the moment. The row is still there for the sweep.
            Finish(e.Error.Reason);
        }

        void Finish(string? failure)
        {
            if (failure is null) _delivered.Writer.TryWrite(new Delivery(entry.Id, time.GetUtcNow()));
            else
            {
                Log.NotPublished(logger, entry.Event.Type, entry.Event.Id, failure);
                span?.SetStatus(ActivityStatusCode.Error, failure);
            }
            span?.Dispose();
            completed(failure is null);
        }
    }

    /// <summary>Until there will be no more deliveries, or the patience ends.</summary>
    async Task MarkDeliveredAsync(CancellationToken patience)
    {
        var deliveries = new List<Delivery>();
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
                // What stays unmarked is published again: the versions make that harmless.
                if (deliveries.Count >= SweepBatch) deliveries.Clear();
            }
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Publishing {Count} outbox rows that were left behind")]
        public static partial void Sweeping(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "{Type} {EventId} is not published yet, the sweep will: {Reason}")]
        public static partial void NotPublished(ILogger logger, string type, Guid eventId, string reason);

        [LoggerMessage(LogLevel.Warning, "The outbox waits for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);
    }
}
