using System.Diagnostics;
using System.Globalization;

namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>What processes have used so far.</summary>
static class ProcessUsage
{
    // USER_HZ, which is 100 on every Linux that .NET runs on: proc(5).
    const double TicksPerSecond = 100;

    /// <summary>CPU time of a process.</summary>
    public static TimeSpan Cpu(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    /// <summary>
    /// The same of Postgres, whose work is done by its children: those that live, and those that it has seen end. Elsewhere than on Linux
    /// of its first process alone.
    /// </summary>
    public static TimeSpan CpuWithChildren(int processId)
    {
        if (!OperatingSystem.IsLinux()) return Cpu(processId);
        return CpuOf(Stat(processId), withEnded: true) + ChildrenOf(processId).Aggregate(TimeSpan.Zero, (sum, child) => sum + CpuOfChild(child));
    }

    /// <summary>Resident memory, in bytes; of the process alone.</summary>
    public static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    /// <param name="stat">The line in <c>/proc/PID/stat</c>.</param>
    /// <param name="withEnded">Together with the children that have ended and were waited for.</param>
    public static TimeSpan CpuOf(string stat, bool withEnded)
    {
        // The second field is the program's name in parentheses, and may hold both blanks and parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds(fields.Skip(11).Take(withEnded ? 4 : 2).Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    static TimeSpan CpuOfChild(int processId)
    {
        try
        {
            return CpuOf(Stat(processId), withEnded: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile.
            return TimeSpan.Zero;
        }
    }

    static string Stat(int processId) => File.ReadAllText($"/proc/{processId}/stat");

    static IEnumerable<int> ChildrenOf(int processId) =>
        Directory.EnumerateDirectories($"/proc/{processId}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
}

/// <summary>CPU time by process from the moment it was made.</summary>
sealed class CpuMeter
{
    readonly IReadOnlyDictionary<string, int> _processes;
    readonly Dictionary<string, TimeSpan> _before;

    /// <param name="processes">Their ids by what to call them.</param>
    public CpuMeter(IReadOnlyDictionary<string, int> processes)
    {
        _processes = processes;
        _before = Now();
    }

    public IReadOnlyDictionary<string, TimeSpan> Used() => Now().ToDictionary(process => process.Key, process => process.Value - _before[process.Key]);

    Dictionary<string, TimeSpan> Now() => _processes.ToDictionary(process => process.Key, process =>
        process.Key == "postgres" ? ProcessUsage.CpuWithChildren(process.Value) : ProcessUsage.Cpu(process.Value));
}
