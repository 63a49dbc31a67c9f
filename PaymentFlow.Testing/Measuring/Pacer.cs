using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentFlow.Testing.Measuring;

/// <summary>
/// Sleeps with a precision of a tenth of a millisecond. .NET's timers are a millisecond late, and spinning would take a core from the
/// measured processes.
/// </summary>
static partial class Pacer
{
    static readonly ManualResetEventSlim Never = new(initialState: false, spinCount: 0);

    /// <param name="timestamp">A <see cref="Stopwatch"/> timestamp. Returns at once if it is in the past.</param>
    public static void WaitUntil(long timestamp)
    {
        while (true)
        {
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
            if (left <= TimeSpan.Zero) return;
            if (OperatingSystem.IsWindows()) Never.Wait(left);
            else Sleep(left);
        }
    }

    static void Sleep(TimeSpan time)
    {
        TimeSpec duration = new((nint)(time.Ticks / TimeSpan.TicksPerSecond), (nint)(time.Ticks % TimeSpan.TicksPerSecond * 100));
        // A signal may end the sleep early. The caller then checks the clock and sleeps again.
        _ = NanoSleep(in duration, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec duration, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    readonly struct TimeSpec(nint seconds, nint nanoseconds)
    {
        public readonly nint Seconds = seconds;
        public readonly nint Nanoseconds = nanoseconds;
    }
}
