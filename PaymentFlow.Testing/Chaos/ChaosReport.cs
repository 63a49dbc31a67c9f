using System.Globalization;
using System.Text;

namespace PaymentFlow.Testing.Chaos;

/// <summary>The options and the results of a run.</summary>
/// <param name="LongestWait">From the end of the last fault to the last frame with a new version; zero if all came before.</param>
/// <param name="NotQuiet">What did not come to rest in time; empty if everything did.</param>
public sealed record ChaosReport(
    ChaosOptions Options, IReadOnlyDictionary<string, int> Faults, Books Books, IReadOnlyDictionary<string, long> Counts,
    TimeSpan LongestWait, TimeSpan ToRest, IReadOnlyList<string> NotQuiet, IReadOnlyList<string> Violations,
    IReadOnlyList<string> Surprises)
{
    /// <summary>Whether every invariant held, everything came to rest and no caller got an unexpected answer.</summary>
    public bool Held => Violations.Count == 0 && Surprises.Count == 0 && NotQuiet.Count == 0;

    public string Command => Options.Command ?? string.Create(CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project PaymentFlow.Benchmarks -- chaos --seed {Options.Seed} "
        + $"--minutes {Options.Duration.TotalMinutes:0.##} --rate {Options.Rate:0.##}{Limits}");

    string Limits => string.Create(CultureInfo.InvariantCulture,
        $"{(Options.Patience == ChaosOptions.DefaultPatience ? "" : $" --patience {Options.Patience.TotalSeconds:0}")}"
        + $"{(Options.Faults is { } kinds ? $" --faults \"{string.Join(',', kinds)}\"" : "")}");

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"seed {Options.Seed}, {Options.Duration.TotalMinutes:0.##} minutes, {Options.Rate:0.##} customers per second");
        text.AppendLine(CultureInfo.InvariantCulture, $"faults: {Faults.Values.Sum()}");
        foreach (var (kind, count) in Faults.OrderBy(fault => fault.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {count,5} {kind}");
        text.AppendLine("counts:");
        foreach (var (what, count) in Counts) text.AppendLine(CultureInfo.InvariantCulture, $"  {count,7} {what}");
        text.Append(CultureInfo.InvariantCulture, $"longest wait of a customer after the faults: {LongestWait.TotalSeconds:0.0} s; ");
        text.AppendLine(CultureInfo.InvariantCulture, $"everything at rest after {ToRest.TotalSeconds:0.0} s");
        foreach (var line in NotQuiet.Take(20)) text.AppendLine(CultureInfo.InvariantCulture, $"NOT AT REST  {line}");
        foreach (var line in Surprises.Take(20)) text.AppendLine(CultureInfo.InvariantCulture, $"SURPRISE     {line}");
        foreach (var line in Violations.Take(50)) text.AppendLine(CultureInfo.InvariantCulture, $"VIOLATION    {line}");
        text.AppendLine(CultureInfo.InvariantCulture, $"violations: {Violations.Count}");
        text.Append(CultureInfo.InvariantCulture, $"again: {Command}");
        return text.ToString();
    }
}
