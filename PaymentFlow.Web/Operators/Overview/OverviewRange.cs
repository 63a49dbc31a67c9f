using System.Globalization;

namespace PaymentFlow.Web.Operators.Overview;

/// <summary>The days that the overview shows, from the page's address.</summary>
/// <param name="Name">One of <see cref="Presets"/>, or <see cref="Custom"/>.</param>
/// <param name="First">The first day in the reader's zone.</param>
/// <param name="Last">The last day, which belongs to the range.</param>
/// <param name="From">When the first day begins.</param>
/// <param name="To">When the last day ends.</param>
/// <param name="Interval"><c>hour</c> or <c>day</c>: the width of a chart's column.</param>
public sealed record OverviewRange(string Name, DateOnly First, DateOnly Last, DateTimeOffset From, DateTimeOffset To, string Interval)
{
    public const string Custom = "custom";
    public const string Hour = "hour";
    public const string Day = "day";
    const int MostDays = 366;
    // More columns than these are narrower than a fingertip's worth of attention.
    const int MostDaysByHour = 7;
    static readonly DateOnly Earliest = new(2000, 1, 2);
    static readonly DateOnly Latest = new(2199, 12, 30);

    public static IReadOnlyList<string> Presets { get; } = ["today", "yesterday", "7d", "30d"];

    /// <summary>How many days the range has.</summary>
    public int Days => Last.DayNumber - First.DayNumber + 1;

    /// <summary>Whether the reader can choose between hours and days.</summary>
    public bool HasChoice => Days is > 1 and <= MostDaysByHour;

    /// <summary>The part of the address that selects the days.</summary>
    public string Query => Name == Custom
        ? string.Create(CultureInfo.InvariantCulture, $"range={Name}&from={First:yyyy-MM-dd}&to={Last:yyyy-MM-dd}")
        : $"range={Name}";

    /// <summary>
    /// The range that the address asks for. Null if it names no days, or days that are no range of at most a year. Without a name and days
    /// it is today.
    /// </summary>
    public static OverviewRange? Of(string? name, string? from, string? to, string? interval, ReaderZone zone, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(zone.ToLocal(now).DateTime);
        return name switch
        {
            null or "" or "today" => Of("today", today, today, interval, zone),
            "yesterday" => Of(name, today.AddDays(-1), today.AddDays(-1), interval, zone),
            "7d" => Of(name, today.AddDays(-6), today, interval, zone),
            "30d" => Of(name, today.AddDays(-29), today, interval, zone),
            Custom when Date(from) is { } first && Date(to) is { } last
                && first >= Earliest && last <= Latest && first <= last && last.DayNumber - first.DayNumber < MostDays =>
                Of(Custom, first, last, interval, zone),
            _ => null,
        };
    }

    static OverviewRange? Of(string name, DateOnly first, DateOnly last, string? interval, ReaderZone zone)
    {
        OverviewRange range = new(name, first, last, zone.StartOf(first), zone.StartOf(last.AddDays(1)), Day);
        // A whole day is missing where a zone changed sides of the date line.
        if (range.From >= range.To) return null;
        return range with { Interval = range.Days == 1 || (range.HasChoice && interval == Hour) ? Hour : Day };
    }

    static DateOnly? Date(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
