using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OpenTelemetry.Trace;
using PaymentFlow.ServiceDefaults.StandIns;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Aspire.Npgsql's registrations under the same names, configuration keys, health-check names and telemetry sources, for
/// UseAspire=false. Settings: <c>Aspire:Npgsql</c>, then <c>Aspire:Npgsql:NAME</c>, then <c>ConnectionStrings:NAME</c>, then the delegate.
/// </summary>
public static class NpgsqlStandIn
{
    /// <summary>Registers a singleton <see cref="NpgsqlDataSource"/>.</summary>
    public static void AddNpgsqlDataSource(this IHostApplicationBuilder builder, string connectionName,
        Action<NpgsqlSettings>? configureSettings = null, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureDataSourceBuilder);

    /// <summary>Registers an <see cref="NpgsqlDataSource"/> keyed by <paramref name="name"/>, which also names the connection string.</summary>
    public static void AddKeyedNpgsqlDataSource(this IHostApplicationBuilder builder, string name,
        Action<NpgsqlSettings>? configureSettings = null, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        Add(builder, name, serviceKey: name, configureSettings, configureDataSourceBuilder);

    static void Add(IHostApplicationBuilder builder, string connectionName, string? serviceKey,
        Action<NpgsqlSettings>? configureSettings, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
    {
        NpgsqlSettings settings = new();
        var section = builder.Configuration.GetSection("Aspire:Npgsql");
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString) settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddNpgsqlDataSource(settings.ConnectionString ?? "", dataSource =>
        {
            // Only when it is asked for, as Aspire does: by then somebody listens to the log.
            if (string.IsNullOrEmpty(settings.ConnectionString))
                throw new InvalidOperationException($"Setting ConnectionStrings:{connectionName} is missing.");
            configureDataSourceBuilder?.Invoke(dataSource);
        }, serviceKey: serviceKey);

        var check = serviceKey is null ? "PostgreSql" : $"PostgreSql_{connectionName}";
        if (!settings.DisableHealthChecks && builder.Properties.TryAdd(check, true))
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                check,
                services => new PostgresHealthCheck(serviceKey is null
                    ? services.GetRequiredService<NpgsqlDataSource>()
                    : services.GetRequiredKeyedService<NpgsqlDataSource>(serviceKey)),
                failureStatus: null, tags: null));
        }

        if (!settings.DisableTracing) builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        if (!settings.DisableMetrics) builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
    }
}

sealed class PostgresHealthCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = dataSource.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Postgres does not answer.", exception);
        }
    }
}
