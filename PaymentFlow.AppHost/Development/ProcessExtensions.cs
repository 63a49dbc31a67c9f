using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentFlow.AppHost.Development;

/// <summary>Sends signals and runs short commands.</summary>
static partial class ProcessExtensions
{
    const int Interrupt = 2;
    const int Terminate = 15;
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs a command to its end and returns its output.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunToEndAsync(
        this ProcessStartInfo command, CancellationToken cancellationToken)
    {
        command.RedirectStandardOutput = command.RedirectStandardError = true;
        using var process = Process.Start(command)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output, await error);
    }

    /// <summary>
    /// Asks a process to stop with SIGINT (Postgres' fast shutdown) or SIGTERM, and waits until it has ended. On Windows it is killed.
    /// </summary>
    public static async Task StopAsync(int processId, bool interrupt, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(processId);
        try
        {
            using var process = Process.GetProcessById(processId);
            if (OperatingSystem.IsWindows()) process.Kill(entireProcessTree: true);
            else _ = Kill(processId, interrupt ? Interrupt : Terminate);
            // Poll, because WaitForExitAsync returns late for a process that is not a child.
            using PeriodicTimer timer = new(PollInterval);
            while (!process.HasExited) await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (ArgumentException)
        {
            // The process has already ended.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
