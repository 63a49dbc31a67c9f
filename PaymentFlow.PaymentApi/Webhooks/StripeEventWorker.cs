using System.Threading.Channels;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Background;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Takes stored events to <see cref="StripeEventApplier"/>. The sweep retries what failed, so a webhook that was answered with 200 is never
/// lost.
/// </summary>
public sealed partial class StripeEventWorker(
    StripeEventStore events, StripeEventApplier applier, DatabaseMigration migration, TimeProvider time,
    ILogger<StripeEventWorker> logger) : BackgroundService
{
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    // One call that hangs must not block the others. Keeps well below Stripe's rate limit: https://docs.stripe.com/rate-limits
    const int Parallelism = 4;

    // If the queue is full, the sweep finds the rows.
    readonly Channel<string> _noticed = Channel.CreateBounded<string>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Enqueues a PaymentIntent that has a stored, unapplied event.</summary>
    public void Notice(string intentId) => _noticed.Writer.TryWrite(intentId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        await Together.RunAsync(stoppingToken, ApplyNoticedAsync, SweepAsync);
    }

    Task ApplyNoticedAsync(CancellationToken stoppingToken) =>
        Parallel.ForEachAsync(_noticed.Reader.ReadAllAsync(stoppingToken), AtOnce(stoppingToken), applier.ApplyAsync);

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // Repeat until nothing is due, because an outage may leave more than one batch. Failed events are not due again at once.
                while (await events.WaitingAsync(stoppingToken) is { Count: > 0 } waiting)
                    await Parallel.ForEachAsync(
                        await events.MarkRedundantProcessedAsync(waiting, stoppingToken), AtOnce(stoppingToken), applier.ApplyAsync);
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
    }

    static ParallelOptions AtOnce(CancellationToken stoppingToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken };

    void Fail(Exception exception)
    {
        BackgroundFailures.Count("webhooks");
        Log.Failed(logger, exception);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Webhooks wait for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Webhooks could not be applied, retrying shortly")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
