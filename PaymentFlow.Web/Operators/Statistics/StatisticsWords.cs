using System.Globalization;
using PaymentFlow.Contracts.Statistics;

namespace PaymentFlow.Web.Operators.Statistics;

/// <summary>Formats statistics for people. The console is in English only.</summary>
static class StatisticsWords
{
    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Age(Waiting waiting) =>
        waiting.Count == 0 ? "none waiting" : $"oldest waiting for {Duration(waiting.OldestSeconds)}";

    public static string Clock(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:HH:mm:ss} UTC");

    /// <summary>The number of events of this type that were committed in the minute.</summary>
    public static long CountOf(this MinuteStatistics minute, string type) => minute.Committed.GetValueOrDefault(type);

    static string Duration(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0} h"),
    };
}
