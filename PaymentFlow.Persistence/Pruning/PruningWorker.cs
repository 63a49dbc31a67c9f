using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.Persistence.Pruning;

/// <summary>
/// Applies the pruning rules once per hour, in small batches with pauses, so that other statements are not delayed. Replicas that
/// prune at the same time skip each other's rows.
/// </summary>
public sealed partial class PruningWorker(
    IEnumerable<PruningRule> rules, NpgsqlDataSource dataSource, DatabaseMigration migration, TimeProvider time,
    ILogger<PruningWorker> logger) : BackgroundService
{
    const int BatchSize = 500;
    static readonly Counter<long> Rows = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.pruned", "{row}", "Rows that were deleted because their time was up, by table");

    static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        for (var wait = FirstAfter; ; wait = Interval)
        {
            await Task.Delay(wait, time, stoppingToken);
            foreach (var rule in rules) await PruneAsync(rule, stoppingToken);
        }
    }

    async Task PruneAsync(PruningRule rule, CancellationToken stoppingToken)
    {
        try
        {
            var pruned = 0;
            for (int deleted; (deleted = await DeleteAsync(rule, stoppingToken)) > 0; pruned += deleted)
            {
                Rows.Add(deleted, new KeyValuePair<string, object?>("table", rule.Table));
                await Task.Delay(Pause, time, stoppingToken);
            }
            if (pruned > 0) Log.Pruned(logger, pruned, rule.Table);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.PutOff(logger, rule.Table, e.Message);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // One failing rule must not block the others, nor end the service.
            BackgroundFailures.Count("pruning");
            Log.Failed(logger, e, rule.Table);
        }
    }

    async Task<int> DeleteAsync(PruningRule rule, CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        var before = time.GetUtcNow() - rule.Keep;
        // UUIDv7 has no time before 1970.
        var first = Guid.CreateVersion7(before > DateTimeOffset.UnixEpoch ? before : DateTimeOffset.UnixEpoch);
        await using var command = dataSource.CreateCommand(rule.Sql).With(before).With(BatchSize).With(first);
        return await command.ExecuteNonQueryAsync(stoppingToken);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Pruned {Count} rows of {Table}")]
        public static partial void Pruned(ILogger logger, int count, string table);

        [LoggerMessage(LogLevel.Warning, "Could not prune {Table}, retrying in an hour: {Reason}")]
        public static partial void PutOff(ILogger logger, string table, string reason);

        [LoggerMessage(LogLevel.Error, "Pruning {Table} failed, retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception, string table);
    }
}
