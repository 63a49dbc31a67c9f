using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost;

/// <summary>Development with external servers, which the configuration names by connection string.</summary>
static class GivenServers
{
    /// <summary><c>ConnectionStrings:kafka</c>; null if it is not set.</summary>
    public static IResourceBuilder<IResourceWithConnectionString>? GivenKafka(this IDistributedApplicationBuilder builder) =>
        builder.Configuration.GetConnectionString("kafka") is { Length: > 0 } ? builder.AddConnectionString("kafka") : null;

    /// <summary><c>ConnectionStrings:postgres</c>, a server with both databases; null if it is not set.</summary>
    public static (IResourceBuilder<IResourceWithConnectionString> Payments, IResourceBuilder<IResourceWithConnectionString> Orders)?
        GivenDatabases(this IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("postgres") is not { Length: > 0 } server) return null;
        return (OnServer("paymentsdb"), OnServer("ordersdb"));

        IResourceBuilder<IResourceWithConnectionString> OnServer(string database)
        {
            builder.Configuration[$"ConnectionStrings:{database}"] ??= $"{server.TrimEnd(';')};Database={database}";
            return builder.AddConnectionString(database);
        }
    }
}
