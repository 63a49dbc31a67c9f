using System.Globalization;
using Microsoft.Extensions.Localization;
using PaymentFlow.Contracts.Statistics;

namespace PaymentFlow.Web.Operators.Overview;

/// <summary>Names hours and days in the reader's language and time zone.</summary>
/// <param name="now">The time of the request.</param>
public sealed class BucketWords(OverviewRange range, ReaderZone zone, DateTimeOffset now, IStringLocalizer<OverviewTexts> texts)
{
    bool ByHour => range.Interval == OverviewRange.Hour;

    /// <summary>The head of a table's first column.</summary>
    public string Head => texts[ByHour ? "Hour" : "Day"];

    /// <summary>For an axis. Empty if the hours of several days are shown and it is not the first of its day.</summary>
    public string ShortOf(DateTimeOffset at)
    {
        var local = zone.ToLocal(at);
        if (ByHour && range.Days == 1) return Time(local);
        return ByHour && at != zone.StartOf(DayOf(local)) ? "" : local.ToString(texts["Format.Day"], CultureInfo.CurrentCulture);
    }

    public string LongOf(DateTimeOffset at)
    {
        var local = zone.ToLocal(at);
        return ByHour ? DateAndTime(local) : local.ToString(texts["Format.Weekday"], CultureInfo.CurrentCulture);
    }

    /// <summary>The bucket with the present time; the last one if the range is over.</summary>
    public int Current(IReadOnlyList<PaymentBucket> buckets) =>
        Math.Max(0, buckets.Count(bucket => bucket.At <= now) - 1);

    /// <summary>A range: <c>Nov 23, 2026 – Nov 29, 2026</c>, with times if it does not consist of days.</summary>
    public string Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (first, end) = (zone.ToLocal(from), zone.ToLocal(to));
        if (from < to && first == zone.StartOf(DayOf(first)) && end == zone.StartOf(DayOf(end)))
        {
            var (begin, last) = (Date(first), Date(end.AddTicks(-1)));
            return begin == last ? begin : $"{begin} – {last}";
        }
        return DayOf(first) == DayOf(end) ? $"{DateAndTime(first)} – {Time(end)}" : $"{DateAndTime(first)} – {DateAndTime(end)}";
    }

    static DateOnly DayOf(DateTimeOffset local) => DateOnly.FromDateTime(local.DateTime);

    string Date(DateTimeOffset local) => local.ToString(texts["Format.Date"], CultureInfo.CurrentCulture);

    string DateAndTime(DateTimeOffset local) => $"{Date(local)}, {Time(local)}";

    /// <summary>The time, with the offset where it is there twice.</summary>
    string Time(DateTimeOffset local) => local.ToString("t", CultureInfo.CurrentCulture)
        + (zone.Zone.IsAmbiguousTime(local) ? local.ToString(" (zzz)", CultureInfo.InvariantCulture) : "");
}
