using System.Runtime.InteropServices;

namespace PaymentFlow.Testing.Hosting;

/// <summary>Signals that tests send to processes. The app host restarts a process that ends.</summary>
public enum ProcessSignal
{
    /// <summary>SIGKILL: the process ends at once.</summary>
    Kill,

    /// <summary>SIGTERM: the process shuts down.</summary>
    Terminate,

    /// <summary>SIGSTOP: the process is paused, and its connections stay open.</summary>
    Stop,

    /// <summary>SIGCONT: the process resumes.</summary>
    Continue,
}

static partial class ProcessSignals
{
    /// <summary>Sends the signal. Does nothing if the process has already ended.</summary>
    public static void Send(this ProcessSignal signal, int processId)
    {
        // The BSDs and macOS number the last two differently.
        var number = signal switch
        {
            ProcessSignal.Kill => 9,
            ProcessSignal.Terminate => 15,
            ProcessSignal.Stop => OperatingSystem.IsLinux() ? 19 : 17,
            ProcessSignal.Continue => OperatingSystem.IsLinux() ? 18 : 19,
            _ => throw new ArgumentOutOfRangeException(nameof(signal)),
        };
        _ = Kill(processId, number);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
