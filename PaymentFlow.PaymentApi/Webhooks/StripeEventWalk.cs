using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Leases;
using PaymentFlow.Persistence.Migrations;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Reads Stripe's List Events from a stored cursor, to find events that no webhook delivered: the endpoint was not registered, or was
/// down for longer than Stripe repeats a delivery. One replica at a time. An event that it finds is handled like a webhook.
/// </summary>
public sealed partial class StripeEventWalk(
    NpgsqlDataSource dataSource, StripeGateway stripe, StripeEventInbox inbox, PaymentTiming options, DatabaseMigration migration,
    TimeProvider time, ILogger<StripeEventWalk> logger) : BackgroundService
{
    // An event may become visible slightly later than its timestamp. Reading an event twice has no effect.
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    readonly Lease _lease = new(dataSource, "stripe-events-walk");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.ListEventsEvery, time);
        do
        {
            try
            {
                await WalkAsync(stoppingToken);
            }
            catch (Exception e)
            {
                if (stoppingToken.IsCancellationRequested) return;
                // Whatever failed, the service continues. The cursor has not moved, so the next walk starts at the same place.
                if (!DatabaseFailure.IsAway(e) && !StripeFailures.IsFromStripe(e)) BackgroundFailures.Count("webhooks");
                Log.Postponed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Makes one walk, unless another replica has made it. The cursor moves only when all events are stored.</summary>
    public async Task WalkAsync(CancellationToken cancellationToken)
    {
        // Traces of this polling would hide the traces of payments.
        using var untraced = SuppressInstrumentationScope.Begin();
        // Slightly less than the timer's period, so that another replica goes on soon after this one has stopped.
        if (!await _lease.TryTakeAsync(options.ListEventsEvery * 0.9, cancellationToken)) return;
        var (cursor, now) = await CursorAsync(cancellationToken);
        var (found, failed) = (0, 0);
        var events = stripe.EventsAsync(cursor - Overlap, StripeEventInbox.Types, cancellationToken);
        await foreach (var page in events.Select(StripeEvent.From).Chunk(StripeGateway.PageSize).WithCancellation(cancellationToken))
        {
            try
            {
                found += await inbox.StoreAsync(page, cancellationToken);
            }
            catch (Exception e) when (!DatabaseFailure.IsAway(e) && !cancellationToken.IsCancellationRequested)
            {
                // One failing event must not block the others.
                var (stored, postponed) = await StoreEachAsync(page, cancellationToken);
                (found, failed) = (found + stored, failed + postponed);
            }
        }
        if (found > 0) Log.Found(logger, found);
        if (failed > 0) return;
        await using var advance = dataSource.CreateCommand("UPDATE stripe_events_walk SET cursor = greatest(cursor, $1)");
        advance.With(now);
        await advance.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<(int Stored, int Postponed)> StoreEachAsync(IEnumerable<StripeEvent> events, CancellationToken cancellationToken)
    {
        var (stored, postponed) = (0, 0);
        foreach (var stripeEvent in events)
        {
            try
            {
                stored += await inbox.StoreAsync([stripeEvent], cancellationToken);
            }
            catch (Exception e) when (!DatabaseFailure.IsAway(e) && !cancellationToken.IsCancellationRequested)
            {
                BackgroundFailures.Count("webhooks");
                Log.NotStored(logger, e, stripeEvent.Id);
                // If a retry may help, the next walk starts at the same place.
                if (!DatabaseFailure.IsInTheData(e)) postponed++;
            }
        }
        return (stored, postponed);
    }

    async Task<(DateTime Cursor, DateTime Now)> CursorAsync(CancellationToken cancellationToken)
    {
        await using var read = dataSource.CreateCommand("SELECT cursor, now() FROM stripe_events_walk");
        await using var row = await read.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetDateTime(0), row.GetDateTime(1));
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "List Events returned {Count} events that no webhook had delivered")]
        public static partial void Found(ILogger logger, int count);

        [LoggerMessage(LogLevel.Error, "Could not store {EventId} of List Events")]
        public static partial void NotStored(ILogger logger, Exception exception, string eventId);

        [LoggerMessage(LogLevel.Warning, "Could not read List Events; the next walk tries again")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
