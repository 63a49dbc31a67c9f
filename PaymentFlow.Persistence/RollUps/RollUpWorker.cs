using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.Persistence.RollUps;

/// <summary>
/// Applies the roll-up rules once per minute, in steps of at most a quarter of an hour. The row in <c>roll_ups</c> is locked meanwhile, and
/// replicas that find it locked leave the work to the other.
/// </summary>
public sealed partial class RollUpWorker(
    IEnumerable<RollUpRule> rules, NpgsqlDataSource dataSource, DatabaseMigration migration, TimeProvider time,
    ILogger<RollUpWorker> logger) : BackgroundService
{
    // Longer than any statement's time-out, and than the time in which push receipts are stored.
    static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Step = TimeSpan.FromMinutes(15);
    const int CommandSeconds = 120;

    // A row's time is not before the start of its transaction. So the rows before the start of every open transaction are complete, and
    // later statements see them all. Monitoring tools, which only read, must not delay the roll-up, but they cannot be told apart.
    const string TakeSql = """
        SELECT up_to, least(up_to + $2, now() - $3, (
            SELECT min(xact_start) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()))
        FROM roll_ups WHERE name = $1 FOR UPDATE SKIP LOCKED
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        using PeriodicTimer timer = new(Interval, time);
        do
        {
            foreach (var rule in rules) await TryRollUpAsync(rule, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task TryRollUpAsync(RollUpRule rule, CancellationToken stoppingToken)
    {
        try
        {
            await RollUpAsync(rule, stoppingToken);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.PutOff(logger, rule.Name, e.Message);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // One failing rule must not block the others, nor end the service.
            BackgroundFailures.Count("roll-up");
            Log.Failed(logger, e, rule.Name);
        }
    }

    /// <summary>Rolls up all rows that can no longer be joined by earlier ones.</summary>
    public async Task RollUpAsync(RollUpRule rule, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        while (await StepAsync(rule, cancellationToken))
        {
            // The first roll-up of an existing table has many steps.
        }
    }

    /// <returns>Whether a whole step was done, so that there may be more to do.</returns>
    async Task<bool> StepAsync(RollUpRule rule, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var take = new NpgsqlCommand(TakeSql, connection).With(rule.Name).With(Step).With(Settling);
        var (from, to) = await take.FirstOrDefaultAsync(row => (row.GetDateTime(0), row.GetDateTime(1)), cancellationToken);
        if (from >= to) return false;

        await using var batch = new NpgsqlBatch(connection) { Timeout = CommandSeconds };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(rule.Sql).With(from).With(to));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE roll_ups SET up_to = $2 WHERE name = $1").With(rule.Name).With(to));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return to - from == Step;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not roll up {Name}, retrying in a minute: {Reason}")]
        public static partial void PutOff(ILogger logger, string name, string reason);

        [LoggerMessage(LogLevel.Error, "The roll-up {Name} failed, retrying in a minute")]
        public static partial void Failed(ILogger logger, Exception exception, string name);
    }
}
