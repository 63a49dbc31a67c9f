using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost.Embedded.Output;

/// <summary>How grave a line is, as .NET's console formatter and Postgres write it.</summary>
static partial class ConsoleLevel
{
    /// <summary>Null where the line does not say.</summary>
    public static LogLevel? Of(string line) => Said().Match(line).Groups["level"].Value switch
    {
        "trce" => LogLevel.Trace,
        "dbug" => LogLevel.Debug,
        "info" or "LOG" => LogLevel.Information,
        "warn" or "WARNING" => LogLevel.Warning,
        "fail" or "ERROR" => LogLevel.Error,
        "crit" or "FATAL" or "PANIC" => LogLevel.Critical,
        _ => null,
    };

    /// <summary>Part of what the line before said: a stack trace, or Postgres' details.</summary>
    public static bool Continues(string line) => line is [' ' or '\t', ..] || Detail().IsMatch(line);

    [GeneratedRegex(@"^(?:[\d:.]+ )?(?<level>trce|dbug|info|warn|fail|crit): |^[\d-]+ [\d:.]+ \S+ \[\d+\] (?<level>[A-Z]+): ")]
    private static partial Regex Said();

    [GeneratedRegex(@"^[\d-]+ [\d:.]+ \S+ \[\d+\] (?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION): ")]
    private static partial Regex Detail();
}
