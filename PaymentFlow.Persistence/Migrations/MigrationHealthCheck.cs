using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PaymentFlow.Persistence.Migrations;

sealed class MigrationHealthCheck(DatabaseMigration migration) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(migration.Completed.IsCompletedSuccessfully
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "The database is not up to date yet."));
}
