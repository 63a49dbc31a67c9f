using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.AppHost;

/// <summary>Adds <see cref="LocalPostgresResource"/> and its databases to the model.</summary>
public static class LocalPostgresExtensions
{
    const int MaxConnections = 300;
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A Postgres server that uses the programs installed on this machine. Missing programs are fetched
    /// (<see cref="PostgresPrograms"/>). The server uses a free port unless <paramref name="port"/> is given.
    /// </summary>
    public static IResourceBuilder<LocalPostgresResource> AddLocalPostgres(
        this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        LocalPostgresResource postgres = new(name);
        var listenOn = port ?? FreePort.Next();
        return builder.AddResource(postgres)
            .WithIconName("Database")
            .WithEndpoint(LocalPostgresResource.EndpointName, endpoint =>
            {
                (endpoint.Port, endpoint.TargetPort, endpoint.IsProxied) = (listenOn, listenOn, false);
                endpoint.UriScheme = "tcp";
            })
            .WithEnvironment("LC_MESSAGES", "C")
            .WithArgs(context =>
            {
                foreach (var argument in PostgresPrograms.CommandLine(postgres.Cluster.Programs!, "postgres",
                    "-D", postgres.Cluster.Data, "-p", $"{listenOn}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                    "-c", $"max_connections={MaxConnections}"))
                    context.Args.Add(argument);
            })
            .OnBeforeResourceStarted(async (resource, started, cancellationToken) =>
            {
                var logger = started.Services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
                try
                {
                    await resource.Cluster.PrepareAsync(logger, cancellationToken);
                }
                catch (PostgresSetupException e)
                {
                    logger.LogError("{Problem}", e.Message);
                    throw;
                }
            })
            .WithConnectionCheck($"{name}_answers", postgres, "postgres")
            .WithCommand("start-afresh", "Start afresh", context => StartAfreshAsync(postgres, context), new CommandOptions
            {
                Description = "Deletes all orders and payments, and restarts the server and the services.",
                ConfirmationMessage = "Delete all orders and payments of this checkout?",
                IconName = "DatabaseArrowUp",
            })
            .ExcludeFromManifest();
    }

    /// <summary>Sets the folder of the cluster. Checkouts with different folders share no data.</summary>
    public static IResourceBuilder<LocalPostgresResource> WithDataFolder(
        this IResourceBuilder<LocalPostgresResource> postgres, string folder)
    {
        postgres.Resource.DataFolder = folder;
        return postgres;
    }

    /// <summary>A database and its owner (<see cref="DatabaseOwner"/>), created when the server is ready, unless they exist.</summary>
    public static IResourceBuilder<LocalPostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<LocalPostgresResource> postgres, string name)
    {
        LocalPostgresDatabaseResource database = new(name, postgres.Resource);
        postgres.OnResourceReady(async (server, ready, cancellationToken) =>
        {
            await CreateAsync(database, cancellationToken);
            await ready.Services.GetRequiredService<ResourceNotificationService>()
                .PublishUpdateAsync(database, state => state with { State = KnownResourceStates.Running });
        });
        return postgres.ApplicationBuilder.AddResource(database)
            .WithInitialState(new() { ResourceType = "Database", State = KnownResourceStates.Waiting, Properties = [] })
            .WithIconName("Database")
            .WithConnectionCheck($"{name}_answers", database.Parent, name)
            .ExcludeFromManifest();
    }

    static IResourceBuilder<T> WithConnectionCheck<T>(
        this IResourceBuilder<T> resource, string check, LocalPostgresResource server, string database)
        where T : IResource
    {
        resource.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(check, async cancellationToken =>
        {
            try
            {
                await using var connection = await OpenAsync(server, database, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (NpgsqlException e)
            {
                return HealthCheckResult.Unhealthy(e.Message, e);
            }
        });
        return resource.WithHealthCheck(check);
    }

    static async Task<NpgsqlConnection> OpenAsync(LocalPostgresResource server, string database, CancellationToken cancellationToken)
    {
        var address = await server.ConnectionStringExpression.GetValueAsync(cancellationToken);
        NpgsqlConnection connection = new($"{address};Database={database};Pooling=false;Timeout=2");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>
    /// Creates the database and its owner, and waits for that while the server restarts. Aspire keeps the exception of a handler, and would
    /// start no service afterwards.
    /// </summary>
    internal static async Task CreateAsync(LocalPostgresDatabaseResource database, CancellationToken cancellationToken)
    {
        var server = (await database.Parent.ConnectionStringExpression.GetValueAsync(cancellationToken))!;
        var password = database.Parent.Cluster.PasswordOf(database.Name);
        while (true)
        {
            try
            {
                await DatabaseOwner.CreateAsync(server, database.Name, password, cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                // The server is starting or stopping.
                await Task.Delay(PollInterval, cancellationToken);
            }
        }
    }

    static async Task<ExecuteCommandResult> StartAfreshAsync(LocalPostgresResource postgres, ExecuteCommandContext context)
    {
        var commands = context.Services.GetRequiredService<ResourceCommandService>();
        var lifecycle = context.Services.GetRequiredService<ResourceLifecycle>();
        var model = context.Services.GetRequiredService<DistributedApplicationModel>();
        var projects = model.GetProjectResources().ToList();
        var databases = model.Resources.OfType<LocalPostgresDatabaseResource>().Where(database => database.Parent == postgres).ToList();
        foreach (var project in projects)
            await commands.ExecuteCommandAsync(project, KnownResourceCommands.StopCommand, context.CancellationToken);
        await lifecycle.StopPostgresAsync(postgres, context.CancellationToken);
        postgres.Cluster.Delete();
        foreach (var resource in projects.Prepend<IResource>(postgres))
        {
            var result = await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, context.CancellationToken);
            if (!result.Success) return CommandResults.Failure($"Could not restart {resource.Name}: {result.Message}");
            if (resource != postgres) continue;
            // Aspire reports only once that a resource is ready, and a service may not create its database itself.
            foreach (var database in databases) await CreateAsync(database, context.CancellationToken);
        }
        return CommandResults.Success("The databases are empty. All services were restarted.");
    }
}
