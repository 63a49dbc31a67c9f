using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>POSIX signals to children. Windows has none: there a child is killed, which every part of PaymentFlow survives.</summary>
static partial class Signals
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

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
