using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OpenTelemetry;

namespace PaymentFlow.Persistence.Database;

/// <summary>Checks that the database answers and accepts writes. A standby and a server that was set to read-only do not.</summary>
sealed class WritableHealthCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (await IsWritableAsync(cancellationToken)) return HealthCheckResult.Healthy();
            // A pooled connection may lead to the former primary. Only a new one shows the present state.
            ConnectionPool.Renew(dataSource);
            return await IsWritableAsync(cancellationToken)
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, "The database cannot be written to.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception: e);
        }
    }

    async Task<bool> IsWritableAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        // Always on in a standby.
        await using var command = dataSource.CreateCommand("SELECT current_setting('transaction_read_only')");
        return await command.ExecuteScalarAsync(cancellationToken) is "off";
    }
}
