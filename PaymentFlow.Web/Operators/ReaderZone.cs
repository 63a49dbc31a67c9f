namespace PaymentFlow.Web.Operators;

/// <summary>
/// The time zone of the reader's browser, from a cookie that <c>wwwroot/console/zone.js</c> sets. The server needs it to know when the
/// reader's days begin.
/// </summary>
/// <param name="Zone">UTC if the browser has not told its zone, or one that is unknown here.</param>
/// <param name="IsKnown">Whether the browser has told it.</param>
public sealed record ReaderZone(TimeZoneInfo Zone, bool IsKnown)
{
    const string Cookie = "paymentflow.zone";

    public static ReaderZone Of(HttpRequest request) => Of(request.Cookies[Cookie]);

    /// <param name="name">The zone's IANA name.</param>
    public static ReaderZone Of(string? name) =>
        name is { Length: > 0 and <= 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId
            ? new ReaderZone(zone, IsKnown: true)
            : new ReaderZone(TimeZoneInfo.Utc, IsKnown: false);

    /// <summary>The zone's IANA name.</summary>
    public string Name => Zone.Id;

    public DateTimeOffset ToLocal(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    /// <summary>
    /// When a day begins. Where clocks are set forward at midnight, a day begins later. Where midnight is there twice, it begins at the
    /// first.
    /// </summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (Zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        return new DateTimeOffset(
            local, Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local));
    }
}
