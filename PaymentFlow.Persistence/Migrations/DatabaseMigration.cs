using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Migrations;

/// <summary>
/// Runs the migrations once, under a Postgres advisory lock, so that replicas that start together do not race. Waits while the
/// database is unavailable. If a script fails, the service stops, because it cannot work with an unknown schema.
/// </summary>
public sealed partial class DatabaseMigration(
    MigrationPlan plan, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<DatabaseMigration> logger) : BackgroundService
{
    // Any constant, the same in every replica.
    const long LockKey = 0x5061_794D_6967_7261;
    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the database is up to date.</summary>
    public Task Completed => _completed.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isMissing = false;
        while (true)
        {
            try
            {
                if (isMissing) CreateDatabase();
                isMissing = false;
                await MigrateAsync(stoppingToken);
                _completed.SetResult();
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                isMissing = true;
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, e);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return;
            }
        }
    }

    async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(plan.ConnectionString);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var acquire = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection)
        {
            // Long enough for another replica's migration, short enough to notice a dead connection.
            CommandTimeout = 30,
        }.With(LockKey);
        await acquire.ExecuteNonQueryAsync(cancellationToken);

        var result = await Task.Run(Upgrade, cancellationToken);
        if (!result.Successful) throw result.Error;
        foreach (var script in result.Scripts) Log.Applied(logger, script.Name);
        // Closing the connection releases the lock.
    }

    void CreateDatabase()
    {
        try
        {
            EnsureDatabase.For.PostgresqlDatabase(plan.ConnectionString, new NoOpUpgradeLog());
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another replica has created the database.
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            NpgsqlConnectionStringBuilder settings = new(plan.ConnectionString);
            throw new InvalidOperationException(
                $"There is no database {settings.Database}, and the role {settings.Username} may not create one: create it as "
                + "docs/deploy.md says (A role for each service).", e);
        }
    }

    DatabaseUpgradeResult Upgrade() =>
        DeployChanges.To.PostgresqlDatabase(plan.ConnectionString)
            .WithScripts(Scripts())
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();

    // The names are in the journal of every existing database: under another name a script would run again.
    IEnumerable<SqlScript> Scripts()
    {
        var own = typeof(DatabaseMigration).Assembly;
        yield return Read(own, "PaymentFlow.Messaging.Migrations.outbox.sql");
        yield return Read(own, "PaymentFlow.Messaging.Migrations.outbox_applied.sql");
        yield return Read(own, "PaymentFlow.Messaging.Migrations.operator_actions.sql");
        yield return Read(own, "PaymentFlow.Messaging.Migrations.outbox_journey.sql");
        yield return Read(own, "PaymentFlow.Messaging.Migrations.operator_actions_address.sql");
        yield return Read(own, "PaymentFlow.Messaging.Migrations.leases.sql");
        yield return Read(own, "PaymentFlow.Messaging.Migrations.roll_ups.sql");
        if (plan.DeadLetters)
        {
            yield return Read(own, "PaymentFlow.Messaging.Migrations.dead_letters.sql");
            yield return Read(own, "PaymentFlow.Messaging.Migrations.dead_letters_signed.sql");
        }
        foreach (var name in plan.Service.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            yield return Read(plan.Service, name);
    }

    static SqlScript Read(Assembly assembly, string name) =>
        SqlScript.FromStream(name, assembly.GetManifestResourceStream(name)!);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Migrated the database: {Script}")]
        public static partial void Applied(ILogger logger, string script);

        [LoggerMessage(LogLevel.Warning, "Waiting for Postgres before migrating: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Critical, "The database migration failed; stopping")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
