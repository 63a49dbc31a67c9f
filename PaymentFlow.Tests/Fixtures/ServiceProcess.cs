using System.Collections.Concurrent;
using System.Diagnostics;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>One built service in its own process, for tests that need no app host.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    static readonly HttpClient Http = new();

    readonly Process _process;
    readonly ConcurrentQueue<string> _output = new();

    ServiceProcess(Process process) => _process = process;

    /// <summary>Starts a service and returns when it is healthy.</summary>
    /// <param name="project">For example <c>PaymentFlow.Web</c>.</param>
    /// <param name="address">The address to listen on: scheme, host and a free port.</param>
    /// <param name="settings">Environment variables.</param>
    /// <exception cref="InvalidOperationException">The service ended; the message holds its output.</exception>
    public static async Task<ServiceProcess> StartAsync(string project, Uri address, params (string Name, string Value)[] settings)
    {
        var folder = Path.Combine(Repository.Folder, project);
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        ProcessStartInfo start = new(Path.Combine(folder, "bin", built.Parent!.Name, built.Name, project))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        ServiceProcess service = new(Process.Start(start)!);
        service._process.OutputDataReceived += service.Read;
        service._process.ErrorDataReceived += service.Read;
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        await Eventually.TrueAsync(() => service.IsHealthyAsync(new Uri(address, "/health")));
        return service;
    }

    async Task<bool> IsHealthyAsync(Uri health)
    {
        if (_process.HasExited) throw new InvalidOperationException(string.Join('\n', _output));
        try
        {
            using var response = await Http.GetAsync(health, TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // The service does not listen yet.
            return false;
        }
    }

    /// <summary>Stops the service as an orchestrator does: with SIGTERM, then with SIGKILL if it outlives the grace period.</summary>
    /// <returns>The exit code: 0 if it stopped by itself.</returns>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        ProcessSignal.Terminate.Send(_process.Id);
        using CancellationTokenSource patience = new(grace);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        return _process.ExitCode;
    }

    void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text) _output.Enqueue(text);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
