using System.Diagnostics;
using System.Globalization;

namespace PaymentFlow.Testing.Measuring;

/// <summary>Reads the CPU time and the memory of processes.</summary>
static class ProcessUsage
{
    // USER_HZ of proc(5); 100 on every Linux that .NET supports.
    const double TicksPerSecond = 100;

    /// <summary>CPU time of a process.</summary>
    public static TimeSpan Cpu(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    /// <summary>
    /// CPU time of a process with its running and ended children, because child processes do the work of Postgres. On other systems than
    /// Linux, only the process itself is counted.
    /// </summary>
    public static TimeSpan CpuWithChildren(int processId)
    {
        if (!OperatingSystem.IsLinux()) return Cpu(processId);
        return CpuOf(Stat(processId), withEnded: true)
            + ChildrenOf(processId).Aggregate(TimeSpan.Zero, (sum, child) => sum + CpuOfChild(child));
    }

    /// <summary>Resident memory in bytes, without children.</summary>
    public static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    /// <param name="stat">The content of <c>/proc/PID/stat</c>.</param>
    /// <param name="withEnded">Whether to include children that have ended and were waited for.</param>
    public static TimeSpan CpuOf(string stat, bool withEnded)
    {
        // The second field is the program's name in parentheses. It may itself contain spaces and parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds(
            fields.Skip(11).Take(withEnded ? 4 : 2).Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    static TimeSpan CpuOfChild(int processId)
    {
        try
        {
            return CpuOf(Stat(processId), withEnded: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The child has ended meanwhile.
            return TimeSpan.Zero;
        }
    }

    static string Stat(int processId) => File.ReadAllText($"/proc/{processId}/stat");

    static IEnumerable<int> ChildrenOf(int processId) =>
        Directory.EnumerateDirectories($"/proc/{processId}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
}

/// <summary>Measures the CPU time that each process has used since the meter was created.</summary>
sealed class CpuMeter
{
    readonly IReadOnlyDictionary<string, int> _processes;
    readonly Dictionary<string, TimeSpan> _before;

    /// <param name="processes">Process ids by name.</param>
    public CpuMeter(IReadOnlyDictionary<string, int> processes)
    {
        _processes = processes;
        _before = Now();
    }

    public IReadOnlyDictionary<string, TimeSpan> Used() =>
        Now().ToDictionary(process => process.Key, process => process.Value - _before[process.Key]);

    Dictionary<string, TimeSpan> Now() => _processes.ToDictionary(process => process.Key, process =>
        process.Key == "postgres" ? ProcessUsage.CpuWithChildren(process.Value) : ProcessUsage.Cpu(process.Value));
}
