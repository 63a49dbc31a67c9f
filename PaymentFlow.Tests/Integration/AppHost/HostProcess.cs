using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PaymentFlow.Tests.Browser;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The app host, started with `dotnet run --project PaymentFlow.AppHost` as a new developer does.</summary>
public sealed partial class HostProcess : IDisposable
{
#if DEBUG
    const string Configuration = "Debug";
#else
    const string Configuration = "Release";
#endif

    readonly List<string> _output = [];
    readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Process _run;

    public HostProcess(params string[] arguments)
    {
        ProcessStartInfo command = new(
            "dotnet", ["run", "--no-build", "-c", Configuration, "--project", "PaymentFlow.AppHost", "--", .. arguments])
        {
            WorkingDirectory = Repository.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (setting, value) in TestHost.NothingGiven)
            command.Environment[setting.Replace(":", "__", StringComparison.Ordinal)] = value;
        command.Environment["ConnectionStrings__elsewhere"] = Secret;
        _run = Process.Start(command)!;
        _run.OutputDataReceived += Read;
        _run.ErrorDataReceived += Read;
        _run.BeginOutputReadLine();
        _run.BeginErrorReadLine();
    }

    /// <summary>A secret in the app host's own settings, which no service may receive.</summary>
    public static string Secret => "Password=of-the-host-alone";

    public string Output
    {
        get
        {
            lock (_output) return string.Join('\n', _output);
        }
    }

    /// <summary>The app host itself, the child of `dotnet run`.</summary>
    public int ProcessId => ProcessTree.ChildrenOf(_run.Id).Single();

    /// <summary>Waits until the start screen is printed, which happens when everything is healthy.</summary>
    public async Task IsUpAsync()
    {
        var ended = _run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(await Task.WhenAny(_up.Task, ended) == _up.Task, Output);
    }

    /// <summary>The address or key that the start screen shows for a title.</summary>
    public string Said(string title) => Regex.Match(Output, $@"^  {title} +(?:X-[\w-]+: )?(.+)$", RegexOptions.Multiline).Groups[1].Value;

    public async Task<int> ExitCodeAsync()
    {
        await _run.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _run.ExitCode;
    }

    void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text) return;
        lock (_output) _output.Add(text);
        if (text.Contains("Ctrl+C stops everything", StringComparison.Ordinal)) _up.TrySetResult();
    }

    public void Dispose()
    {
        if (!_run.HasExited) _run.Kill(entireProcessTree: true);
        _run.Dispose();
    }
}

/// <summary>Processes by their parents and arguments (Linux).</summary>
static class ProcessTree
{
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        [.. Process.GetProcesses().Select(process => process.Id).Where(id => ParentOf(id) == parent)];

    /// <summary>
    /// The host, its orchestrator and all processes that the orchestrator started. The orchestrator is not a child of the host, but
    /// monitors it.
    /// </summary>
    public static IReadOnlyList<int> OfHost(int host)
    {
        var all = Process.GetProcesses().Select(process => process.Id).ToList();
        var children = all.ToLookup(ParentOf);
        var orchestrators = all.Where(id => TextOf(id, "cmdline").Contains($"--monitor\0{host}\0", StringComparison.Ordinal));
        return [host, .. orchestrators.SelectMany(id => Below(id).Prepend(id))];

        IEnumerable<int> Below(int parent) => children[parent].SelectMany(child => Below(child).Prepend(child));
    }

    public static string TextOf(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public static bool IsRunning(int process) => TextOf(process, "stat") is { Length: > 0 } stat && stat[stat.LastIndexOf(')') + 2] != 'Z';

    static int ParentOf(int process) => TextOf(process, "stat") is { Length: > 0 } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;
}
