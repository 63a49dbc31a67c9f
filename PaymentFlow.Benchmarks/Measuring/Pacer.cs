using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>Sleeps to the tenth of a millisecond: timers of .NET are a millisecond late, and spinning would take a core from those who are measured.</summary>
static partial class Pacer
{
    static readonly ManualResetEventSlim Never = new(initialState: false, spinCount: 0);

    /// <param name="timestamp">Of <see cref="Stopwatch"/>. One that is past already is not waited for.</param>
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
        // Woken early by a signal, the caller looks at the clock and comes again.
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
