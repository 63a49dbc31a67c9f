using System.Globalization;
using PaymentFlow.Web.Operators;
using PaymentFlow.Web.Operators.Overview;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>The days of the overview, its axes and its comparisons.</summary>
public sealed class OverviewRangeTests
{
    // In Kiritimati it is already the next day.
    static readonly DateTimeOffset Now = new(2026, 3, 1, 11, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("UTC", null, "2026-03-01T00:00Z", "2026-03-02T00:00Z", "hour")]
    [InlineData("Pacific/Kiritimati", "today", "2026-03-01T10:00Z", "2026-03-02T10:00Z", "hour")]
    [InlineData("Europe/Berlin", "yesterday", "2026-02-27T23:00Z", "2026-02-28T23:00Z", "hour")]
    [InlineData("Europe/Berlin", "7d", "2026-02-22T23:00Z", "2026-03-01T23:00Z", "day")]
    [InlineData("Europe/Berlin", "30d", "2026-01-30T23:00Z", "2026-03-01T23:00Z", "day")]
    // Clocks are set forward on the last day.
    [InlineData("Europe/Berlin", "custom&2026-03-28&2026-03-29", "2026-03-27T23:00Z", "2026-03-29T22:00Z", "day")]
    // In Beirut, clocks are set forward at midnight, so the day begins at 1:00.
    [InlineData("Asia/Beirut", "custom&2026-03-29&2026-03-29", "2026-03-28T22:00Z", "2026-03-29T21:00Z", "hour")]
    // In Havana, clocks are set back at 1:00, so midnight is there twice.
    [InlineData("America/Havana", "custom&2026-11-01&2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z", "hour")]
    public void A_range_consists_of_the_readers_days(string zone, string? name, string from, string to, string interval)
    {
        var parts = name?.Split('&') ?? [];
        var range = OverviewRange.Of(
            parts.ElementAtOrDefault(0), parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2), null, Zone(zone), Now)!;
        Assert.Equal((At(from), At(to), interval), (range.From.ToUniversalTime(), range.To.ToUniversalTime(), range.Interval));
    }

    [Theory]
    [InlineData("custom", null, null)]
    [InlineData("custom", "2026-03-02", "2026-03-01")]
    [InlineData("custom", "2024-01-01", "2026-03-01")]
    [InlineData("custom", "1999-03-01", "1999-03-02")]
    [InlineData("custom", "9999-12-31", "9999-12-31")]
    [InlineData("custom", "01.03.2026", "01.03.2026")]
    [InlineData("century", null, null)]
    public void Days_that_are_no_range_of_at_most_a_year_are_refused(string name, string? from, string? to) =>
        Assert.Null(OverviewRange.Of(name, from, to, null, Zone("Pacific/Apia"), Now));

    [Theory]
    [InlineData("7d", "hour", "hour")]
    [InlineData("30d", "hour", "day")]
    [InlineData("today", "day", "hour")]
    public void Hours_are_shown_where_there_are_few_enough(string name, string wanted, string shown) =>
        Assert.Equal(shown, OverviewRange.Of(name, null, null, wanted, Zone("UTC"), Now)!.Interval);

    [Theory]
    [InlineData(0, 0, 1, "0 1")]
    [InlineData(0, 3, 1, "0 1 2 3")]
    [InlineData(0, 1_040, 1, "0 500 1000 1500")]
    [InlineData(-70, 100, 0.01, "-100 -50 0 50 100")]
    [InlineData(0, 0.05, 0.01, "0 0.02 0.04 0.06")]
    public void An_axis_has_round_steps_from_a_round_number_to_a_round_number(double least, double most, double finest, string ticks)
    {
        var scale = ChartScale.Of(least, most, finest);
        Assert.Equal(ticks, string.Join(' ', scale.Ticks.Select(tick => tick.ToString("0.##", CultureInfo.InvariantCulture))));
        Assert.Equal((0, 1), (scale.FromTop(scale.High), scale.FromTop(scale.Low)));
    }

    [Fact]
    public void A_change_tells_its_direction_its_amount_and_its_part_of_the_previous_number()
    {
        CultureInfo.CurrentCulture = new CultureInfo("en");
        static string Format(double number) => number.ToString("0", CultureInfo.InvariantCulture);
        Assert.Equal(new Change(1, "50 (50%)"), Change.Of(150, 100, Format));
        Assert.Equal(new Change(-1, "5 (5.0%)"), Change.Of(95, 100, Format));
        // From a loss to a profit.
        Assert.Equal(new Change(1, "150 (300%)"), Change.Of(100, -50, Format));
        Assert.Equal(new Change(1, "100"), Change.Of(100, 0, Format));
        Assert.Equal(0, Change.Of(0, 0, Format)!.Direction);
        Assert.Null(Change.Of(null, 100, Format));
        Assert.Null(Change.Of(100, null, Format));
    }

    static ReaderZone Zone(string name) => new(TimeZoneInfo.FindSystemTimeZoneById(name), IsKnown: true);

    static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
}
