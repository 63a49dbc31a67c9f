using System.Diagnostics;
using PaymentFlow.AppHost.Embedded.Output;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>Runs one project as a process of its own, and starts it again when it dies.</summary>
sealed class ProjectRunner(
    ProjectResource project, EmbeddedOptions options, Spawner spawner, ResourceOutput output, TimeProvider time) : IRunner
{
    static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    // Who ran that long was well: the next crash is a new story.
    static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    readonly CancellationTokenSource _stopping = new();
    Process? _process;
    Task _supervising = Task.CompletedTask;

    public int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await LaunchAsync(cancellationToken);
        _supervising = SuperviseAsync();
        await ReadyAsync(cancellationToken);
    }

    async Task LaunchAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(project.Metadata.AssemblyPath))
            throw new EmbeddedException($"{project.Name} is not built: run `dotnet build` first ({project.Metadata.AssemblyPath} is missing).");
        var command = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { project.Metadata.AssemblyPath },
            WorkingDirectory = Path.GetDirectoryName(project.Metadata.ProjectPath)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        command.Environment.Remove("DOTNET_LAUNCH_PROFILE");
        command.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        command.Environment["ASPNETCORE_URLS"] = project.GetEndpoint("http").Url;
        command.Environment["OTEL_SERVICE_NAME"] = project.Name;
        command.Environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.CreateVersion7():N}";
        command.Environment["Logging__Console__FormatterName"] = "simple";
        command.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        command.Environment["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ";
        foreach (var (name, value) in project.Environment) command.Environment[name] = await value.GetValueAsync(cancellationToken);
        foreach (var (name, value) in options.Environment) command.Environment[name] = value;

        var process = await spawner.StartAsync(command, deathSignal: "KILL");
        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    void Write(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text) output.Write(project.Name, text);
    }

    async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (project.HealthPath is null) return;
        var health = new Uri(project.Address!, project.HealthPath);
        while (!await IsHealthyAsync(health, cancellationToken)) await Task.Delay(ProbeInterval, time, cancellationToken);
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

    async Task SuperviseAsync()
    {
        var delay = FirstDelay;
        while (true)
        {
            var started = time.GetTimestamp();
            try
            {
                await _process!.WaitForExitAsync(_stopping.Token);
                if (time.GetElapsedTime(started) > LongRun) delay = FirstDelay;
                output.Write(project.Name, $"stopped with exit code {_process.ExitCode}; starting it again in {delay.TotalSeconds:0} s");
                await Task.Delay(delay, time, _stopping.Token);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
                await LaunchAsync(_stopping.Token);
                output.Write(project.Name, $"started again, process {_process.Id}");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                output.Write(project.Name, $"can't be started again: {e.Message}");
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervising;
        if (_process is { } process) await process.StopAsync(Signals.Terminate, StopPatience);
        _stopping.Dispose();
    }
}
