namespace PaymentFlow.PaymentApi.Statistics;

/// <summary>Divides a range of time into the hours or days of a time zone.</summary>
public static class BucketBounds
{
    public const string Hour = "hour";
    public const string Day = "day";

    static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The beginning of each bucket, UTC, ascending. The first is <paramref name="from"/>, even inside an hour or a day. When clocks are
    /// set back, the repeated hour is a bucket of its own, and the day has 25 hours.
    /// </summary>
    /// <param name="from">On a quarter of an hour, UTC.</param>
    /// <param name="to">The end, UTC.</param>
    /// <param name="interval"><see cref="Hour"/> or <see cref="Day"/>.</param>
    public static IReadOnlyList<DateTime> Of(DateTime from, DateTime to, string interval, TimeZoneInfo zone)
    {
        List<DateTime> bounds = [];
        (DateTime, TimeSpan) bucket = default;
        for (var at = from; at < to; at += Quarter)
        {
            var offset = zone.GetUtcOffset(at);
            var local = at + offset;
            var next = interval == Day ? (local.Date, TimeSpan.Zero) : (local.Date.AddHours(local.Hour), offset);
            if (bounds.Count > 0 && next == bucket) continue;
            bucket = next;
            bounds.Add(at);
        }
        return bounds;
    }
}
