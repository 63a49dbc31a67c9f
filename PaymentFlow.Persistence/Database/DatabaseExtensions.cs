using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Database;

public static class DatabaseExtensions
{
    /// <summary>
    /// Registers the <c>NpgsqlDataSource</c> of <c>ConnectionStrings:NAME</c> with <see cref="DatabaseDefaults"/>. An API answers 503
    /// while the database is unavailable. The service is ready only while the database can be written to.
    /// </summary>
    public static void AddDatabase(this IHostApplicationBuilder builder, string name)
    {
        builder.AddNpgsqlDataSource(
            name, settings => settings.DisableHealthChecks = true, configureDataSourceBuilder: source =>
            {
                ServerIdentity.Apply(source.ConnectionStringBuilder, builder.Configuration);
                DatabaseDefaults.Apply(source);
            });
        builder.Services.AddHostedService<FailOverWatch>();
        builder.Services.AddHostedService<ServerIdentity>();
        // The name of Aspire's check, which this one replaces, because that one is healthy on a server that rejects writes.
        builder.Services.AddHealthChecks().AddCheck<WritableHealthCheck>("PostgreSql");
        builder.Services.Configure<ApiErrorOptions>(options => options.IsUnavailable = DatabaseFailure.IsAway);
    }
}
