using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>
/// The end-to-end delivery check: an event that Kafka lost after acknowledging it is published again until OrderService has applied
/// it. One replica at a time runs the check, oldest events first and within the rate. It pauses while OrderService or Kafka is
/// unavailable, and leaves out events in OrderService's dead letters. OrderService ignores a needless repeat by its version. It also
/// reports orders that are ahead of their payment (<see cref="AheadCheck"/>).
/// See docs/decisions/0014-delivery-check.md.
/// </summary>
public sealed partial class DeliverySweep(
    DeliveryStore store, OrderVersionsClient orders, AheadCheck ahead, OutboxRelay relay, DatabaseMigration migration,
    IOptions<DeliveryOptions> options, TimeProvider time, ILogger<DeliverySweep> logger) : BackgroundService
{
    const int BatchSize = 500;
    // Publish in slices of a tenth of a second, so that the rate is kept in every second and not only on average.
    const int SlicesPerSecond = 10;
    // Longer than one check or one slice takes; each of them renews the lease.
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    static readonly TimeSpan LongestPauseAfterFailure = TimeSpan.FromSeconds(30);

    static readonly Counter<long> PublishedAgain = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.delivery.republished", "{event}", "Events that were published again, because they had not arrived");

    readonly DeliveryOptions _options = options.Value;
    readonly Backoff _pause = new(
        options.Value.Every, options.Value.Every > LongestPauseAfterFailure ? options.Value.Every : LongestPauseAfterFailure);
    readonly Backoff _nextCheck = new(options.Value.CheckAfter, options.Value.LongestWait);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        try
        {
            for (var failures = 0; ;)
            {
                await Task.Delay(_pause.After(failures), time, stoppingToken);
                failures = await TryAsync(stoppingToken) ? 0 : failures + 1;
            }
        }
        finally
        {
            await ResignAsync();
        }
    }

    /// <returns>False when OrderService, Kafka or Postgres is unavailable, or the check failed.</returns>
    async Task<bool> TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await CheckAsync(stoppingToken) == BatchSize) { }
            while (await LeadAsync(stoppingToken) && await ahead.WalkAsync(stoppingToken)) { }
            if (await LeadAsync(stoppingToken)) await ahead.RecheckAsync(stoppingToken);
            return true;
        }
        catch (OrderServiceUnavailableException e)
        {
            Log.OrderServiceAway(logger, e.InnerException!.Message);
        }
        catch (KafkaAwayException)
        {
            Log.KafkaAway(logger);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.DatabaseAway(logger, e.Message);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // A check must not end the service that takes payments.
            BackgroundFailures.Count("delivery");
            Log.Failed(logger, e);
        }
        return false;
    }

    Task<bool> LeadAsync(CancellationToken stoppingToken) => store.Check.TryTakeAsync(Lease, stoppingToken);

    /// <returns>The number of events checked.</returns>
    async Task<int> CheckAsync(CancellationToken stoppingToken)
    {
        if (!await LeadAsync(stoppingToken)) return 0;
        var unapplied = await store.UnappliedAsync(_options.CheckAfter, BatchSize, stoppingToken);
        List<PublishedEvent> published = [.. unapplied.Where(item => item.IsReadable)];
        List<PublishedEvent> unreadable = [.. unapplied.Where(item => !item.IsReadable)];
        if (unreadable is [var bad, ..])
        {
            // One bad row must not block the others.
            BackgroundFailures.Count("delivery");
            Log.Unreadable(logger, unreadable.Count, bad.Entry.Id);
            await ScheduleNextCheckAsync(unreadable, publishedAgain: false, stoppingToken);
        }
        if (published.Count == 0) return unapplied.Count;

        var versions = await orders.FindAsync([.. published.Select(item => item.OrderId).Distinct()], stoppingToken);
        await ahead.CompareAsync(versions, stoppingToken);
        var arrivals = DeliveryClassification.Of(published, versions);
        await store.MarkAppliedAsync(arrivals.Applied, stoppingToken);
        if (arrivals.Unknown is [var unknown, ..]) Log.Unknown(logger, arrivals.Unknown.Count, unknown.OrderId);
        if (arrivals.DeadLettered is [var dead, ..]) Log.DeadLettered(logger, arrivals.DeadLettered.Count, dead.Entry.Event.Id);
        await ScheduleNextCheckAsync(
            [.. arrivals.Superseded, .. arrivals.DeadLettered, .. arrivals.Unknown], publishedAgain: false, stoppingToken);
        if (arrivals.Lost.Count > 0)
        {
            Log.Lost(logger, arrivals.Lost.Count, arrivals.Lost[0].Entry.Event.Id);
            await PublishAgainAsync(arrivals.Lost, stoppingToken);
        }
        return unapplied.Count;
    }

    /// <exception cref="KafkaAwayException">
    /// Kafka did not acknowledge all events of a slice. Those events stay due for a check, and the remaining slices were not tried.
    /// </exception>
    async Task PublishAgainAsync(IReadOnlyList<PublishedEvent> lost, CancellationToken stoppingToken)
    {
        foreach (var slice in lost.Chunk(Math.Max(1, _options.MaxPerSecond / SlicesPerSecond)))
        {
            var length = TimeSpan.FromSeconds((double)slice.Length / _options.MaxPerSecond);
            await Task.Delay(await store.ReservePublishSlotAsync(length, stoppingToken), time, stoppingToken);
            if (!await store.Check.TryTakeAsync(Lease, stoppingToken)) return;

            var delivered = await relay.PublishAsync([.. slice.Select(item => item.Entry)], stoppingToken);
            List<PublishedEvent> again = [.. slice.Where((_, i) => delivered[i])];
            PublishedAgain.Add(again.Count);
            await ScheduleNextCheckAsync(again, publishedAgain: true, stoppingToken);
            if (again.Count < slice.Length) throw new KafkaAwayException();
        }
    }

    Task ScheduleNextCheckAsync(IReadOnlyCollection<PublishedEvent> events, bool publishedAgain, CancellationToken stoppingToken) =>
        store.ScheduleNextCheckAsync(
            events.Select(item => (item, _nextCheck.After(item.Checks) - _options.CheckAfter)), publishedAgain, stoppingToken);

    /// <summary>Ends the lease, so that another replica need not wait until it expires.</summary>
    async Task ResignAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1), time);
        try
        {
            await store.Check.ReleaseAsync(patience.Token);
        }
        catch (Exception e)
        {
            // Another replica waits until the lease expires.
            Log.DatabaseAway(logger, e.Message);
        }
    }

    sealed class KafkaAwayException : Exception;

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Publishing {Count} events again that OrderService has not applied; the oldest is {EventId}")]
        public static partial void Lost(ILogger logger, int count, Guid eventId);

        [LoggerMessage(LogLevel.Warning, "OrderService does not know the orders of {Count} published payment events, such as {OrderId}")]
        public static partial void Unknown(ILogger logger, int count, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "{Count} events wait in OrderService's dead letters for an operator, such as {EventId}")]
        public static partial void DeadLettered(ILogger logger, int count, Guid eventId);

        [LoggerMessage(LogLevel.Warning, "The delivery check waits for OrderService: {Reason}")]
        public static partial void OrderServiceAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "The delivery check waits for Kafka")]
        public static partial void KafkaAway(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "The delivery check waits for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The delivery check failed, retrying later")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Error, "{Count} rows of the outbox hold no payment event, such as row {Id}; they are checked later")]
        public static partial void Unreadable(ILogger logger, int count, long id);
    }
}
