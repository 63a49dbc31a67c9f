using Microsoft.Extensions.Configuration;
using PaymentFlow.AppHost.Embedded.Dashboard;
using PaymentFlow.AppHost.Embedded.Dashboard.Traces;
using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded;

/// <summary>The model, running: Aspire's entry points, and for tests those of Aspire.Hosting.Testing.</summary>
public sealed class DistributedApplication : IAsyncDisposable
{
    // As in the project file, for `dotnet user-secrets`.
    const string UserSecretsId = "paymentflow-apphost";

    readonly IReadOnlyList<IResource> _resources;
    readonly Engine _engine;
    readonly DataFolder _dataFolder;
    // Null without a dashboard.
    readonly OtlpEndpoint? _telemetry;
    readonly EmbeddedOptions _options;
    DashboardServer? _dashboard;

    internal DistributedApplication(EmbeddedOptions options, IReadOnlyList<IResource> resources, DataFolder dataFolder)
    {
        _dataFolder = dataFolder;
        _resources = resources;
        _options = options;
        if (options.Dashboard)
        {
            _telemetry = new OtlpEndpoint();
            options = options with { Environment = new Dictionary<string, string>([.. _telemetry.Settings, .. options.Environment]) };
        }
        _engine = new Engine(options, dataFolder, resources, TimeProvider.System);
    }

    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        try
        {
            var options = EmbeddedOptions.Parse(args, out var rest);
            return CreateBuilder(options, rest);
        }
        catch (EmbeddedException e)
        {
            throw Stop(e);
        }
    }

    /// <summary>For tests: the same engine with other ports, another data folder, other settings.</summary>
    /// <exception cref="EmbeddedException">The data folder is in use, or somebody else's.</exception>
    public static IDistributedApplicationBuilder CreateBuilder(EmbeddedOptions options, params string[] args)
    {
        var configuration = new ConfigurationManager();
        configuration.AddUserSecrets(UserSecretsId);
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
        configuration.AddInMemoryCollection(options.Configuration);
        configuration["DataFolder"] = options.DataFolder;
        return new DistributedApplicationBuilder(options, configuration, new DataFolder(options));
    }

    /// <summary>Runs until Ctrl+C or SIGTERM. A mistake that can be mended ends the process with one line and exit code 1.</summary>
    public void Run()
    {
        try
        {
            RunAsync().GetAwaiter().GetResult();
        }
        catch (EmbeddedException e)
        {
            throw Stop(e);
        }
    }

    async Task RunAsync()
    {
        using var shutdown = new ShutdownSignal();
        try
        {
            await StartAsync(shutdown.Token);
            await Summary.WriteAsync(_engine, _resources, _dashboard?.SignInLink);
            await Task.Delay(Timeout.Infinite, shutdown.Token);
        }
        catch (OperationCanceledException) when (shutdown.Token.IsCancellationRequested)
        {
            _engine.Output.Write("apphost", "Stopping");
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>Starts everything and returns when every resource is ready.</summary>
    /// <exception cref="EmbeddedException">Something can't start, for a reason that can be mended.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _engine.AssignPorts();
        if (_telemetry is not null)
        {
            _dashboard = new DashboardServer(_engine, _resources, _telemetry, Ports.ForHost(_options));
            await _dashboard.StartAsync(cancellationToken);
            _engine.Output.Write("dashboard", $"{_dashboard.SignInLink}");
        }
        await _engine.StartAsync(cancellationToken);
    }

    public Uri GetEndpoint(string name, string endpointName = "http") => new(Find<ProjectResource>(name).GetEndpoint(endpointName).Url);

    public ValueTask<string> GetConnectionStringAsync(string name) => Find<IResourceWithConnectionString>(name).GetConnectionStringAsync();

    public ValueTask<string> GetParameterAsync(string name) => Find<ParameterResource>(name).GetValueAsync();

    public IEnumerable<string> ResourceNames => _resources.Select(resource => resource.Name);

    /// <summary>The id of the resource's process now; null while it is down.</summary>
    public int? ProcessIdOf(string name) => _engine.ProcessIdOf(name);

    /// <summary>Sends a signal to the resource's process; nothing happens while it is down.</summary>
    public void Signal(string name, ProcessSignal signal) => _engine.ProcessOf(name).Signal(signal);

    /// <summary>kill -9, and no new start until the answer is disposed.</summary>
    public IDisposable KeepDown(string name) => _engine.ProcessOf(name).KeepDown();

    /// <summary>The last lines that the resource wrote, and what the engine said of it.</summary>
    public IReadOnlyList<string> LogsOf(string name) => _engine.Output.LogsOf(name);

    /// <summary>Stops everything: services first, then Kafka and Postgres.</summary>
    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        if (_dashboard is not null) await _dashboard.DisposeAsync();
        _dataFolder.Dispose();
    }

    T Find<T>(string name) where T : class, IResource =>
        _resources.FirstOrDefault(resource => resource.Name == name) as T
            ?? throw new ArgumentException($"The model has no such resource named {name}.", nameof(name));

    static InvalidOperationException Stop(EmbeddedException e)
    {
        Console.Error.WriteLine(e.Message);
        Environment.Exit(1);
        return new InvalidOperationException("The process has ended.", e);
    }
}
