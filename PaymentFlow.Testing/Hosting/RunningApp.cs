using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.Testing.Hosting;

/// <summary>How to start an app host in this process.</summary>
public sealed record AppOptions
{
    public required string DataFolder { get; init; }

    public bool Fresh { get; init; }

    /// <summary>Settings that are passed to the app host as arguments. They override user secrets and environment variables.</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } = new Dictionary<string, string?>();

    /// <summary>Environment variables for every service, in addition to the model's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A model to start in place of AppHost.cs.</summary>
    public Action<IDistributedApplicationBuilder>? Model { get; init; }

    /// <summary>Resources and settings to add to AppHost.cs.</summary>
    public Action<IDistributedApplicationBuilder>? Add { get; init; }

    /// <summary>Called with the name of a resource and each line that it writes.</summary>
    public Action<string, string>? Log { get; init; }
}

/// <summary>A running app host: real processes, started by Aspire's orchestrator on free ports.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    static readonly string[] GeneratedSecrets =
    [
        "operator-key", "viewer-key", "merchant-key", "service-key", "payments-event-key", "orders-event-key", "sandbox-webhook-secret",
    ];

    readonly DistributedApplication _app;
    readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _logs = new();
    readonly CancellationTokenSource _stopping = new();
    readonly List<Task> _watching = [];

    RunningApp(DistributedApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    DistributedApplicationModel Model => _app.Services.GetRequiredService<DistributedApplicationModel>();

    public IReadOnlyList<string> ResourceNames => [.. Processes.Select(resource => resource.Name)];

    IEnumerable<IResource> Processes => Model.Resources.Where(resource => resource is ProjectResource or ExecutableResource);

    /// <summary>Starts the model and returns when every resource with a health check is healthy.</summary>
    public static async Task<RunningApp> StartAsync(AppOptions options)
    {
        string[] arguments =
        [
            "--free-ports=true", $"--data-folder={options.DataFolder}", $"--fresh={options.Fresh}",
            // The secrets are generated here, so that no test writes to the developer's user secrets.
            .. GeneratedSecrets.Select(name => $"Parameters:{name}").Except(options.Configuration.Keys)
                .Select(name => $"--{name}={RandomNumberGenerator.GetHexString(32, lowercase: true)}"),
            // A killed service restarts after one second, however often it is killed.
            "--Restarts:DelayAfterShortRun=00:00:01",
            // The host does not wait for the cleanup, because the orchestrator also finishes it alone.
            "--DcpPublisher:WaitForResourceCleanup=false",
            .. options.Configuration.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        // Aspire's testing builder needs an app host's entry point. A test's own model has none, so it is built directly.
        IDistributedApplicationTestingBuilder? whole = null;
        IDistributedApplicationBuilder builder;
        if (options.Model is null)
        {
            builder = whole = await DistributedApplicationTestingBuilder.CreateAsync<Projects.PaymentFlow_AppHost>(arguments);
        }
        else
        {
            builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
            {
                Args = arguments,
                AssemblyName = "PaymentFlow.AppHost",
                DisableDashboard = true,
                AllowUnsecuredTransport = true,
                TrustDeveloperCertificate = false,
            });
            builder.AddResourceLifecycle();
            options.Model(builder);
        }
        options.Add?.Invoke(builder);
        // The host's own log is off, because it reports each failed health check of a service that starts or was killed by a test.
        builder.Services.AddLogging(logging => logging.ClearProviders());
        foreach (var screen in builder.Services.Where(service => service.ImplementationType == typeof(StartScreen)).ToList())
            builder.Services.Remove(screen);
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList())
        {
            var service = builder.CreateResourceBuilder(project);
            if (!project.HasAnnotationOfType<ExecutableAnnotation>()) service.AsBuiltProgram();
            // Each log entry is one line, so that tests can search for it.
            service.WithEnvironment("Logging__Console__FormatterName", "simple")
                .WithEnvironment("Logging__Console__FormatterOptions__SingleLine", "true");
            // Without a dashboard, a stopping service would wait until it can send its last telemetry.
            service.WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", "");
            foreach (var (name, value) in options.Environment) service.WithEnvironment(name, value);
        }
        RunningApp app = new(whole is null ? builder.Build() : await whole.BuildAsync());
        try
        {
            await app.StartAsync(options.Log);
            return app;
        }
        catch (Exception e)
        {
            var logs = string.Join('\n', app._logs.SelectMany(log => log.Value.TakeLast(20).Select(line => $"{log.Key,-14} {line}")));
            await app.DisposeAsync();
            throw new InvalidOperationException($"PaymentFlow did not start.\n{logs}", e);
        }
    }

    async Task StartAsync(Action<string, string>? log)
    {
        using CancellationTokenSource timeout = new(StartTimeout);
        await _app.StartAsync(timeout.Token);
        // The orchestrator has named its processes only now. Earlier lines are included.
        foreach (var resource in Model.Resources.ToList()) _watching.Add(WatchAsync(resource, log));
        await Task.WhenAll(Model.Resources.Where(resource => resource.HasAnnotationOfType<HealthCheckAnnotation>())
            .Select(resource => _app.ResourceNotifications.WaitForResourceHealthyAsync(
                resource.Name, WaitBehavior.StopOnResourceUnavailable, timeout.Token)));
    }

    async Task WatchAsync(IResource resource, Action<string, string>? log)
    {
        var lines = _logs.GetOrAdd(resource.Name, _ => new());
        try
        {
            await foreach (var batch in _app.Services.GetRequiredService<ResourceLoggerService>()
                .WatchAsync(resource).WithCancellation(_stopping.Token))
            {
                foreach (var line in batch)
                {
                    // Aspire puts the time before each line.
                    var text = line.Content[(line.Content.IndexOf(' ', StringComparison.Ordinal) + 1)..];
                    lines.Enqueue(text);
                    log?.Invoke(resource.Name, text);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The app is stopping.
        }
    }

    /// <exception cref="ArgumentException">There is no such resource.</exception>
    public Uri GetEndpoint(string name) => _app.GetEndpoint(name, "http");

    public async ValueTask<string> GetConnectionStringAsync(string name) =>
        await _app.GetConnectionStringAsync(name) ?? throw new ArgumentException($"{name} has no connection string.");

    public async ValueTask<string> GetParameterAsync(string name) =>
        (await Model.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == name).GetValueAsync(default))!;

    /// <summary>The id of the resource's process; null while it is down.</summary>
    public int? ProcessIdOf(string name) =>
        _app.ResourceNotifications.TryGetCurrentState(name, out var current)
        && current.Snapshot.State?.Text == KnownResourceStates.Running
        && current.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is int processId and > 0
        // The state lags behind: for a moment it still has the process that was killed, although its successor already answers.
        && IsRunning(processId)
            ? processId
            : null;

    static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>All lines that the resource has written, including those before restarts.</summary>
    public IReadOnlyList<string> LogsOf(string name) => _logs.TryGetValue(name, out var lines) ? [.. lines] : [];

    public void Signal(string name, ProcessSignal signal)
    {
        if (ProcessIdOf(name) is { } process) signal.Send(process);
    }

    /// <summary>Kills the process (SIGKILL) and restarts it only when the result is disposed.</summary>
    public async Task<IAsyncDisposable> KeepDownAsync(string name)
    {
        using CancellationTokenSource timeout = new(StartTimeout);
        Services.GetRequiredService<RestartWatcher>().KeepDown(name);
        Signal(name, ProcessSignal.Kill);
        await _app.ResourceNotifications.WaitForResourceAsync(name, KnownResourceStates.TerminalStates, timeout.Token);
        return new Down(this, name);
    }

    /// <summary>Executes a command of a resource, as a developer does in the dashboard.</summary>
    /// <returns>The command's message.</returns>
    public async Task<string> CommandAsync(string name, string command)
    {
        using CancellationTokenSource timeout = new(StartTimeout);
        var result = await _app.ResourceCommands.ExecuteCommandAsync(name, command, timeout.Token);
        return result.Success ? result.Message ?? "" : throw new InvalidOperationException($"{command} of {name}: {result.Message}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _stopping.CancelAsync();
        await Task.WhenAll(_watching);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    sealed class Down(RunningApp app, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            app.Services.GetRequiredService<RestartWatcher>().Release(name);
            await app.CommandAsync(name, KnownResourceCommands.StartCommand);
        }
    }
}
