using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>Runs the <see cref="Reconciler"/> at short intervals. Normally nothing is due.</summary>
public sealed partial class ReconciliationWorker(
    Reconciler reconciler, PaymentTiming options, DatabaseMigration migration, TimeProvider time,
    ILogger<ReconciliationWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await reconciler.RunOnceAsync(stoppingToken)) { }
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                BackgroundFailures.Count("reconciliation");
                Log.Failed(logger, e);
            }
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The reconciliation waits for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The reconciliation failed, retrying shortly")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
