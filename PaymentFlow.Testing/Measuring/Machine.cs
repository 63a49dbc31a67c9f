using System.Globalization;
using System.Runtime.InteropServices;

namespace PaymentFlow.Testing.Measuring;

/// <summary>Describes the machine, the runtime and the build that measured.</summary>
static class Machine
{
#if DEBUG
    const string Build = "Debug: the figures are meaningless, run with -c Release";
#else
    const string Build = "Release";
#endif

    public static IEnumerable<KeyValuePair<string, string>> Describe()
    {
        yield return new("CPU", string.Create(CultureInfo.InvariantCulture, $"{Cpu()}, {Environment.ProcessorCount} cores"));
        yield return new("memory", string.Create(CultureInfo.InvariantCulture,
            $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0.0} GiB"));
        yield return new("system", RuntimeInformation.OSDescription);
        yield return new(".NET", Environment.Version.ToString());
        yield return new("build", Build);
    }

    static string Cpu() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? $"{RuntimeInformation.ProcessArchitecture}"
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? $"{RuntimeInformation.ProcessArchitecture}";
}
