using System.Threading.Channels;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>
/// Stores the deliveries of events of orders that were just committed, and wakes the worker. It works beside the order worker, so endpoints
/// delay neither an order nor a screen. <see cref="WebhookSweep"/> adds what was in hand when the process died or Postgres went down.
/// </summary>
sealed partial class WebhookFeed(
    WebhookDeliveryStore store, WebhookWorker worker, DatabaseMigration migration, TimeProvider time, ILogger<WebhookFeed> logger)
    : BackgroundService
{
    const int BatchSize = 1_000;
    // Events of the same moment are stored together.
    static readonly TimeSpan GatheringTime = TimeSpan.FromMilliseconds(20);

    // If the queue is full, the sweep adds the deliveries.
    readonly Channel<OutboxEntry> _committed = Channel.CreateBounded<OutboxEntry>(
        new BoundedChannelOptions(20_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Takes events whose outbox rows are committed. Returns at once.</summary>
    public void Add(params ReadOnlySpan<OutboxEntry> committed)
    {
        foreach (var entry in committed) _committed.Writer.TryWrite(entry);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        // After the signal to stop, what is in hand is still stored.
        do
        {
            await ((Task)_committed.Reader.WaitToReadAsync(stoppingToken).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(GatheringTime, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (Take() is { Count: > 0 } events) await StoreAsync(events);
        }
        while (!stoppingToken.IsCancellationRequested);
    }

    List<WebhookEvent> Take()
    {
        List<WebhookEvent> events = [];
        while (events.Count < BatchSize && _committed.Reader.TryRead(out var entry)) events.Add(WebhookEvent.Of(entry.Event));
        return events;
    }

    async Task StoreAsync(List<WebhookEvent> events)
    {
        try
        {
            if (await store.AddAsync(events, CancellationToken.None) > 0) worker.Wake();
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.LeftToTheSweep(logger, events.Count, e.Message);
        }
        catch (Exception e)
        {
            BackgroundFailures.Count("webhooks");
            Log.Failed(logger, e);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Postgres is away; the sweep will add the webhooks of {Count} events: {Reason}")]
        public static partial void LeftToTheSweep(ILogger logger, int count, string reason);

        [LoggerMessage(LogLevel.Error, "Webhooks could not be stored; the sweep will add them")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
