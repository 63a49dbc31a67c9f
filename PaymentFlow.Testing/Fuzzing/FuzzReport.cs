using System.Globalization;
using System.Text;

namespace PaymentFlow.Testing.Fuzzing;

/// <param name="Seed">Chooses the requests. A run with another number of requests begins with the same ones.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="AtOnce">How many are in progress at once.</param>
public sealed record FuzzOptions(int Seed, int Requests, int AtOnce = 8);

/// <summary>A wrong answer.</summary>
/// <param name="Number">The first request of the run that got it.</param>
/// <param name="Curl">The smallest request that gets it.</param>
public sealed record FuzzFault(string Call, int Number, string Fault, string Curl);

/// <param name="Statuses">How many answers had which status. 0 is no answer.</param>
/// <param name="Calls">Per call, how many requests got an answer below 300.</param>
/// <param name="Violations">Invariants of the books that do not hold.</param>
public sealed record FuzzReport(
    FuzzOptions Options, IReadOnlyDictionary<int, int> Statuses, IReadOnlyDictionary<string, int> Calls, IReadOnlyList<FuzzFault> Faults,
    IReadOnlyList<string> Exceptions, IReadOnlyList<string> Violations)
{
    public bool Held => Faults.Count == 0 && Exceptions.Count == 0 && Violations.Count == 0;

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {Options.Seed}, {Options.Requests} requests, {Options.AtOnce} at once");
        text.AppendJoin(", ", Statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}")).AppendLine();
        foreach (var (call, count) in Calls.OrderBy(call => call.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {count,6} × success  {call}");
        foreach (var fault in Faults)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"FAULT      {fault.Call}, request {fault.Number}: {fault.Fault}");
            text.AppendLine(CultureInfo.InvariantCulture, $"           {fault.Curl}");
        }
        foreach (var line in Exceptions.Take(20)) text.AppendLine(CultureInfo.InvariantCulture, $"EXCEPTION  {line}");
        foreach (var line in Violations.Take(20)) text.AppendLine(CultureInfo.InvariantCulture, $"VIOLATION  {line}");
        text.Append(CultureInfo.InvariantCulture, $"faults: {Faults.Count}, ");
        text.Append(CultureInfo.InvariantCulture, $"exceptions: {Exceptions.Count}, violations: {Violations.Count}");
        return text.ToString();
    }
}
