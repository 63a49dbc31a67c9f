using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost.Development;

/// <summary>Adds the data folder, restarts, an orderly stop and the start screen to an app host on a developer's machine.</summary>
static class DevelopmentExtensions
{
    /// <summary>The name under which Aspire adds its dashboard to the model.</summary>
    public const string Dashboard = "aspire-dashboard";

    public static void AddDevelopmentSupport(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode) return;
        DataFolder folder;
        try
        {
            folder = new DataFolder(builder.DataFolder(), isDefault: !builder.HasOwnDataFolder());
        }
        catch (DistributedApplicationException e)
        {
            Stop(e.Message);
            return;
        }
        // The terminal shows the start screen and only those log lines that need an action.
        builder.Services.AddLogging(logging => logging
            .AddFilter(null, LogLevel.Warning)
            .AddFilter("Aspire.Hosting.Dcp.DcpHost", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
        builder.Services.AddSingleton(_ => folder);
        builder.AddResourceLifecycle();
        builder.Services.AddHostedService<StartScreen>();
        builder.OnBeforeStart((started, _) =>
        {
            // Check the ports first, so that a refused start deletes nothing.
            if (PortCheck.Problem(started.Model, builder.Configuration) is { } problem) Stop(problem);
            // Resolve it always, so that disposing the service provider releases the folder's lock.
            var data = started.Services.GetRequiredService<DataFolder>();
            if (builder.IsFresh()) data.Clear();
            HostArguments.RemoveOwnSettingsFromEnvironment();
            return Task.CompletedTask;
        });
    }

    /// <summary>Adds restarts of services that end unexpectedly, and a stop in the right order.</summary>
    public static void AddResourceLifecycle(this IDistributedApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ResourceLifecycle>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ResourceLifecycle>());
        builder.Services.AddSingleton<RestartWatcher>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RestartWatcher>());
    }

    /// <summary>
    /// Starts the built program directly instead of through <c>dotnet run</c>. It starts faster, needs less memory, and signals reach the
    /// service. A service without a proxy listens on its own port, so it also stops at once.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AsBuiltProgram(this IResourceBuilder<ProjectResource> project, bool hasProxy = false)
    {
        var builder = project.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode) return project;
        var source = project.Resource.GetProjectMetadata().ProjectPath;
        var folder = Path.GetDirectoryName(source)!;
        // Not under an IDE, which starts the projects itself to debug them.
        if (builder.Configuration["DEBUG_SESSION_PORT"] is null)
        {
            var built = new DirectoryInfo(AppContext.BaseDirectory);
            var program = Path.Combine(folder, "bin", built.Parent!.Name, built.Name, Path.GetFileNameWithoutExtension(source));
            project.WithAnnotation(new ExecutableAnnotation
            {
                Command = OperatingSystem.IsWindows() ? program + ".exe" : program,
                WorkingDirectory = folder,
            });
        }
        return project.WithEndpoint("http", endpoint =>
        {
            endpoint.IsProxied = hasProxy;
            if (builder.UsesFreePorts()) endpoint.Port = FreePort.Next();
            if (!hasProxy) endpoint.TargetPort = endpoint.Port;
        }, createIfNotExists: false);
    }

    public static void Stop(string reason)
    {
        Console.Error.WriteLine(reason);
        Environment.Exit(1);
    }
}
