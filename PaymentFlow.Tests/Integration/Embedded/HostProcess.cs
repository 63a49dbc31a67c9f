using System.Diagnostics;
using PaymentFlow.AppHost;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Embedded;

/// <summary>The AppHost as a process of its own, as `dotnet run` starts it.</summary>
public sealed class HostProcess : IDisposable
{
    readonly List<string> _output = [];
    readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HostProcess(params string[] arguments)
    {
        var command = new ProcessStartInfo("dotnet", [typeof(AppModel).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (setting, value) in TestHost.NothingGiven) command.Environment[setting.Replace(":", "__", StringComparison.Ordinal)] = value;
        command.Environment["ConnectionStrings__elsewhere"] = Secret;
        Process = Process.Start(command)!;
        Process.OutputDataReceived += Read;
        Process.ErrorDataReceived += Read;
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    /// <summary>Part of the host's own settings; no service has a use for it.</summary>
    public static string Secret => "Password=of-the-host-alone";

    public Process Process { get; }

    public string Output
    {
        get
        {
            lock (_output) return string.Join('\n', _output);
        }
    }

    /// <summary>Returns when the table of resources is printed, that is when everything is ready.</summary>
    public async Task IsUpAsync()
    {
        var ended = Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(await Task.WhenAny(_up.Task, ended) == _up.Task, Output);
    }

    public async Task<int> ExitCodeAsync()
    {
        await Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return Process.ExitCode;
    }

    /// <summary>The processes below it, its children's children included (Linux).</summary>
    public IReadOnlyList<int> Descendants()
    {
        var children = Process.GetProcesses().Select(process => process.Id).ToLookup(ParentOf);
        return [.. Below(Process.Id)];

        IEnumerable<int> Below(int parent) => children[parent].SelectMany(child => Below(child).Prepend(child));
    }

    static int ParentOf(int process)
    {
        try
        {
            // The fourth field of /proc/PID/stat; the second, in parentheses, may hold blanks.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text) return;
        lock (_output) _output.Add(text);
        if (text.StartsWith("Stop with Ctrl+C", StringComparison.Ordinal)) _up.TrySetResult();
    }

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill();
        Process.Dispose();
    }
}
