using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.Migrations;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Walks Stripe's List Events from a stored cursor, for what no webhook delivered: an endpoint that was never registered, or
/// was away for longer than Stripe repeats. One replica at a time. What it finds is news like any webhook.
/// </summary>
public sealed partial class StripeEventWalk(
    NpgsqlDataSource dataSource, StripeGateway stripe, StripeEventInbox inbox, ReconciliationOptions options, DatabaseMigration migration,
    TimeProvider time, ILogger<StripeEventWalk> logger) : BackgroundService
{
    // Events may become visible a little after the time that they carry; seeing one twice costs nothing.
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

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
                // Whatever it is, the service goes on: the cursor has not moved, and the next walk begins where this one did.
                Log.Postponed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One walk, if it is due and no other replica is at it. The cursor only moves when all of it was stored.</summary>
    public async Task WalkAsync(CancellationToken cancellationToken)
    {
        // A trace of every look would bury the payments'.
        using var untraced = SuppressInstrumentationScope.Begin();
        var now = time.GetUtcNow().UtcDateTime;
        if (await TakeAsync(now, cancellationToken) is not { } cursor) return;
        var found = 0;
        await foreach (var stripeEvent in stripe.EventsAsync(cursor - Overlap, StripeNews.Types, cancellationToken))
            if (await inbox.TakeAsync(stripeEvent, cancellationToken)) found++;
        await using var advance = dataSource.CreateCommand("UPDATE stripe_events_walk SET cursor = greatest(cursor, $1)");
        advance.Parameters.Add(new() { Value = now });
        await advance.ExecuteNonQueryAsync(cancellationToken);
        if (found > 0) Log.Found(logger, found);
    }

    /// <returns>Where to begin; null when the walk is not due.</returns>
    async Task<DateTime?> TakeAsync(DateTime now, CancellationToken cancellationToken)
    {
        await using var take = dataSource.CreateCommand(
            "UPDATE stripe_events_walk SET next_at = $1 + $2 WHERE next_at <= $1 RETURNING cursor");
        take.Parameters.Add(new() { Value = now });
        // A little less than the timer's period, so that its own jitter does not skip every other walk.
        take.Parameters.Add(new() { Value = options.ListEventsEvery * 0.9 });
        return (DateTime?)await take.ExecuteScalarAsync(cancellationToken);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "List Events brought {Count} events that no webhook had delivered")]
        public static partial void Found(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "The walk through List Events is postponed")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
