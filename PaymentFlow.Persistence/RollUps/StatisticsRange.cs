using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults.Http;

namespace PaymentFlow.Persistence.RollUps;

/// <summary>
/// A range of time of a report, and the range before it. Both begin and end on a quarter of an hour in UTC, because statistics are kept by
/// quarter of an hour. The days and hours of every time zone begin on one.
/// </summary>
/// <param name="From">The beginning, UTC.</param>
/// <param name="To">The end, which does not belong to the range, UTC.</param>
/// <param name="PreviousFrom">The beginning of the range of equal length before <paramref name="From"/>.</param>
/// <param name="PreviousTo">
/// The end of the previous range: <paramref name="From"/>, or earlier if the range is not over. Then both ranges have the same elapsed
/// part, up to the end of the current quarter of an hour.
/// </param>
public sealed record StatisticsRange(DateTime From, DateTime To, DateTime PreviousFrom, DateTime PreviousTo)
{
    public const string Rules = """
        `from` and `to` are times on a quarter of an hour, such as `2026-11-01T00:00:00Z`; `to` does not belong to the range, may be in the
        future and is at most 366 days after `from`. The previous range has the same length and ends at `from`. While the range is not over,
        the previous range ends as much earlier, so that both cover the same elapsed part, up to the end of the current quarter of an hour.
        """;

    public static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);
    // Before that, some time zones were not a multiple of a quarter of an hour from UTC.
    static readonly DateTime Earliest = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly DateTime Latest = new(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The range; or, if it breaks the <see cref="Rules"/>, the 422 that says so.</summary>
    public static (StatisticsRange? Range, ProblemHttpResult? Problem) Of(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var (begin, end) = (from.UtcDateTime, to.UtcDateTime);
        if (begin >= end) return Invalid("'from' must be before 'to'.");
        if (begin < Earliest || end > Latest) return Invalid($"The range must be between {Earliest:yyyy-MM-dd} and {Latest:yyyy-MM-dd}.");
        if (end - begin > Longest) return Invalid($"The range must not be longer than {Longest.Days} days.");
        if (begin.Ticks % Quarter.Ticks != 0 || end.Ticks % Quarter.Ticks != 0)
            return Invalid("'from' and 'to' must be on a quarter of an hour.");

        var length = end - begin;
        var current = new DateTime((now.UtcTicks / Quarter.Ticks + 1) * Quarter.Ticks, DateTimeKind.Utc);
        var previousTo = current <= begin || current > end ? begin : current - length;
        return (new StatisticsRange(begin, end, begin - length, previousTo), null);
    }

    static (StatisticsRange?, ProblemHttpResult?) Invalid(string detail) =>
        (null, ApiProblem.Unprocessable(ProblemCodes.InvalidFilter, detail));
}
