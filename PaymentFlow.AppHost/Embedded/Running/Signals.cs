using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>POSIX signals to children. Windows has none: there a child is killed, which every part of PaymentFlow survives.</summary>
static partial class Signals
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>A process that is gone already is nobody's mistake.</summary>
    /// <exception cref="PlatformNotSupportedException">Windows has no signals.</exception>
    public static void Send(int processId, ProcessSignal signal)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Windows has no POSIX signals.");
        // Those of the BSDs and macOS differ from Linux' in these two.
        var number = signal switch
        {
            ProcessSignal.Kill => 9,
            ProcessSignal.Terminate => Terminate,
            ProcessSignal.Stop => OperatingSystem.IsLinux() ? 19 : 17,
            ProcessSignal.Continue => OperatingSystem.IsLinux() ? 18 : 19,
            _ => throw new ArgumentOutOfRangeException(nameof(signal)),
        };
        _ = Kill(processId, number);
    }

    /// <summary>Asks the child to stop, and kills it when it has not within <paramref name="patience"/>.</summary>
    public static async Task StopAsync(this Process process, int signal, TimeSpan patience)
    {
        if (process.HasExited) return;
        if (OperatingSystem.IsWindows()) process.Kill(entireProcessTree: true);
        else _ = Kill(process.Id, signal);
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
