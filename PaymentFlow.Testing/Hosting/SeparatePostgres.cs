using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.Testing.Hosting;

/// <summary>
/// A Postgres server whose address is known before the app starts. The services can therefore connect through a proxy that a test cuts, or
/// with their own settings.
/// </summary>
public sealed class SeparatePostgres
{
    readonly string _folder;

    SeparatePostgres(string folder, int port, string password)
    {
        (_folder, Port) = (folder, port);
        ConnectionString = $"Host=127.0.0.1;Port={port};Username={LocalPostgresResource.Superuser};Password={password}";
    }

    public int Port { get; }

    /// <summary>The connection string of the server, without a database.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates the cluster.</summary>
    public static async Task<SeparatePostgres> PrepareAsync(string folder)
    {
        new DataFolder(folder, isDefault: true).Dispose();
        PostgresCluster cluster = new(folder);
        await cluster.PrepareAsync(NullLogger.Instance, CancellationToken.None);
        return new(folder, FreePort.Next(), cluster.Password);
    }

    public IResourceBuilder<LocalPostgresResource> AddTo(IDistributedApplicationBuilder builder) =>
        builder.AddLocalPostgres("postgres", Port).WithDataFolder(_folder);
}

static class ModelExtensions
{
    public static IResourceBuilder<ProjectResource> Project(this IDistributedApplicationBuilder builder, string name) =>
        builder.CreateResourceBuilder(builder.Resources.OfType<ProjectResource>().Single(project => project.Name == name));
}
