using System.Diagnostics;
using PaymentFlow.AppHost.Embedded.Output;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>Runs one project as a process of its own, and starts it again when it dies.</summary>
sealed class ProjectRunner : IRunner
{
    static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    readonly ProjectResource _project;
    readonly EmbeddedOptions _options;
    readonly Spawner _spawner;
    readonly TimeProvider _time;
    readonly Child _child;

    public ProjectRunner(ProjectResource project, EmbeddedOptions options, Spawner spawner, ResourceOutput output, TimeProvider time)
    {
        (_project, _options, _spawner, _time) = (project, options, spawner, time);
        _child = new Child(project.Name, LaunchAsync, Signals.Terminate, StopPatience, output, time);
    }

    public int? ProcessId => _child.ProcessId;

    public Child? Child => _child;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _child.StartAsync(cancellationToken);
        _child.Supervise();
        await ReadyAsync(cancellationToken);
    }

    async Task<Process> LaunchAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_project.Metadata.AssemblyPath))
            throw new EmbeddedException($"{_project.Name} is not built: run `dotnet build` first ({_project.Metadata.AssemblyPath} is missing).");
        var command = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { _project.Metadata.AssemblyPath },
            WorkingDirectory = Path.GetDirectoryName(_project.Metadata.ProjectPath)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        command.ForgetHostSettings();
        command.Environment.Remove("DOTNET_LAUNCH_PROFILE");
        command.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        command.Environment["ASPNETCORE_URLS"] = _project.GetEndpoint("http").Url;
        command.Environment["OTEL_SERVICE_NAME"] = _project.Name;
        command.Environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.CreateVersion7():N}";
        command.Environment["Logging__Console__FormatterName"] = "simple";
        command.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        command.Environment["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ";
        foreach (var (name, value) in _project.Environment) command.Environment[name] = await value.GetValueAsync(cancellationToken);
        foreach (var (name, value) in _options.Environment) command.Environment[name] = value;
        return await _spawner.StartAsync(command, deathSignal: "KILL");
    }

    async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (_project.HealthPath is null) return;
        var health = new Uri(_project.Address!, _project.HealthPath);
        while (!await IsHealthyAsync(health, cancellationToken)) await Task.Delay(ProbeInterval, _time, cancellationToken);
    }

    static async Task<bool> IsHealthyAsync(Uri health, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(health, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
