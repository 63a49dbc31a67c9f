using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using PaymentFlow.Persistence.Database;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Migrations;

public static class MigrationExtensions
{
    /// <summary>
    /// Brings the database up to date at start: first the outbox, the operator actions and (if the service consumes events) the dead
    /// letters, then the service's own scripts (embedded <c>Migrations/*.sql</c>, in the order of their names). Until then the service
    /// is not ready (<c>/health</c>), and its workers wait on <see cref="DatabaseMigration.Completed"/>.
    /// </summary>
    public static void AddDatabaseMigration(
        this IHostApplicationBuilder builder, string connectionName, Assembly service, bool deadLetters)
    {
        builder.RequireSettings($"ConnectionStrings:{connectionName}");
        builder.Services.AddSingleton(services =>
        {
            // Without a pool, because a pooled connection would still lead to the former primary after a fail-over.
            var connection = DatabaseDefaults.ForWriting(ServerIdentity.Apply(
                new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString(connectionName)) { Pooling = false },
                builder.Configuration));
            return ActivatorUtilities.CreateInstance<DatabaseMigration>(
                services, new MigrationPlan(connection.ConnectionString, service, deadLetters));
        });
        builder.Services.AddHostedService(services => services.GetRequiredService<DatabaseMigration>());
        builder.Services.AddHealthChecks().AddCheck<MigrationHealthCheck>("migration");
    }
}

/// <param name="ConnectionString">The connection string of the database to migrate; never logged.</param>
public sealed record MigrationPlan(string ConnectionString, Assembly Service, bool DeadLetters);
