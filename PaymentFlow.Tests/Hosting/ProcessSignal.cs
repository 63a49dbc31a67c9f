using System.Runtime.InteropServices;

namespace PaymentFlow.Tests.Hosting;

/// <summary>What tests do to processes. A process that ends by one of them is started again by the app host.</summary>
public enum ProcessSignal
{
    /// <summary>SIGKILL: the process ends at once.</summary>
    Kill,

    /// <summary>SIGTERM: the process ends in order.</summary>
    Terminate,

    /// <summary>SIGSTOP: the process stands still; its connections stay open.</summary>
    Stop,

    /// <summary>SIGCONT: the process goes on.</summary>
    Continue,
}

static partial class ProcessSignals
{
    /// <summary>A process that has ended already is no error.</summary>
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
