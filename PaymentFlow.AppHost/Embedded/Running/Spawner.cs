using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>
/// Starts children so that they die with us, even after kill -9: Linux's pdeathsig, set by util-linux' setpriv. It follows
/// the thread that forked, not the process, so one thread that lives as long as we do starts them all. Elsewhere a
/// killed host leaves its children behind; Ctrl+C and SIGTERM stop them everywhere.
/// </summary>
sealed partial class Spawner : IDisposable
{
    readonly BlockingCollection<Action> _work = [];

    public Spawner() =>
        new Thread(() =>
        {
            foreach (var work in _work.GetConsumingEnumerable()) work();
        })
        { IsBackground = true, Name = "spawner" }.Start();

    /// <param name="deathSignal">What the child gets when we die: KILL, or INT where it has something to write down.</param>
    /// <param name="user">As whom, when we are root and the program must not be.</param>
    public Task<Process> StartAsync(ProcessStartInfo command, string deathSignal, string? user = null)
    {
        var start = OperatingSystem.IsLinux() ? Bound(command, deathSignal, user) : command;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                CloseOnExec();
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    static ProcessStartInfo Bound(ProcessStartInfo command, string deathSignal, string? user)
    {
        foreach (var program in (string[])["setsid", "setpriv"])
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
                throw new EmbeddedException($"The program {program} is missing. It comes with util-linux: apt-get install util-linux, or apk add setpriv util-linux-misc.");
        }
        // A session of its own keeps the terminal's Ctrl+C away: we decide who stops when. Both programs exec in place.
        var bound = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardOutput = command.RedirectStandardOutput,
            RedirectStandardError = command.RedirectStandardError,
        };
        bound.ArgumentList.Add("setpriv");
        if (user is not null)
            foreach (var argument in (string[])[$"--reuid={user}", $"--regid={user}", "--clear-groups", "--no-new-privs", "--inh-caps=-all"])
                bound.ArgumentList.Add(argument);
        bound.ArgumentList.Add($"--pdeathsig={deathSignal}");
        bound.ArgumentList.Add("--");
        bound.ArgumentList.Add(command.FileName);
        foreach (var argument in command.ArgumentList) bound.ArgumentList.Add(argument);
        bound.Environment.Clear();
        foreach (var (name, value) in command.Environment) bound.Environment[name] = value;
        return bound;
    }

    /// <summary>
    /// librdkafka opens its sockets so that children inherit them: one that outlives the broker would keep its port half-open.
    /// </summary>
    static void CloseOnExec()
    {
        if (!OperatingSystem.IsLinux()) return;
        const int SetDescriptorFlags = 2;
        const int CloseOnExecFlag = 1;
        foreach (var descriptor in Directory.EnumerateFiles("/proc/self/fd").Select(Path.GetFileName))
            if (int.Parse(descriptor!, System.Globalization.CultureInfo.InvariantCulture) is > 2 and var number)
                _ = Fcntl(number, SetDescriptorFlags, CloseOnExecFlag);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int descriptor, int command, int argument);

    public void Dispose() => _work.CompleteAdding();
}
