using PaymentFlow.PaymentApi.Statistics;
using PaymentFlow.Persistence.RollUps;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>Ranges of statistics and their hours and days.</summary>
public sealed class StatisticsRangeTests
{
    [Theory]
    // Clocks are set back: the hour from 2:00 to 3:00 is there twice.
    [InlineData("Europe/Berlin", "2025-10-25T22:00Z", "2025-10-26T23:00Z", 1, 25)]
    // Clocks are set forward.
    [InlineData("Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z", 1, 23)]
    [InlineData("America/New_York", "2026-03-07T05:00Z", "2026-03-10T04:00Z", 3, 71)]
    // Days of 23.5 and 24.5 hours. The half hour that is repeated is a bucket of its own.
    [InlineData("Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-05T13:30Z", 1, 25)]
    // Hours that begin at a quarter to.
    [InlineData("Asia/Kathmandu", "2026-06-01T18:15Z", "2026-06-02T18:15Z", 1, 24)]
    // The range begins and ends inside a day and an hour.
    [InlineData("UTC", "2026-06-01T22:30Z", "2026-06-03T00:45Z", 3, 27)]
    public void Buckets_are_the_days_and_hours_of_the_time_zone(string zone, string from, string to, int days, int hours)
    {
        var (begin, end) = (At(from).UtcDateTime, At(to).UtcDateTime);
        foreach (var (interval, count) in new[] { (BucketBounds.Day, days), (BucketBounds.Hour, hours) })
        {
            var bounds = BucketBounds.Of(begin, end, interval, TimeZoneInfo.FindSystemTimeZoneById(zone));
            Assert.Equal(begin, bounds[0]);
            Assert.Equal(bounds.Order(), bounds);
            Assert.Equal(count, bounds.Count);
        }
    }

    [Theory]
    // The range is over, is not over, and is in the future.
    [InlineData("2026-06-02T00:00Z", "2026-05-31T00:00Z", "2026-06-01T00:00Z")]
    [InlineData("2026-06-01T10:20Z", "2026-05-31T00:00Z", "2026-05-31T10:30Z")]
    [InlineData("2026-05-31T10:20Z", "2026-05-31T00:00Z", "2026-06-01T00:00Z")]
    public void The_previous_range_is_as_long_as_the_part_that_is_over(string now, string previousFrom, string previousTo)
    {
        var range = StatisticsRange.Of(At("2026-06-01T00:00Z"), At("2026-06-02T00:00Z"), At(now)).Range!;
        Assert.Equal((At(previousFrom).UtcDateTime, At(previousTo).UtcDateTime), (range.PreviousFrom, range.PreviousTo));
    }

    [Theory]
    [InlineData("2026-06-02T00:00Z", "2026-06-02T00:00Z")]
    [InlineData("2026-06-02T00:01Z", "2026-06-03T00:00Z")]
    [InlineData("2026-06-02T00:00Z", "2027-06-04T00:00Z")]
    [InlineData("1999-12-31T00:00Z", "2000-06-01T00:00Z")]
    [InlineData("9999-12-31T00:00Z", "9999-12-31T12:00Z")]
    public void A_range_that_breaks_the_rules_is_refused(string from, string to)
    {
        var (range, problem) = StatisticsRange.Of(At(from), At(to), At("2026-06-02T00:00Z"));
        Assert.Null(range);
        Assert.Equal(422, problem!.StatusCode);
    }

    static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
}
