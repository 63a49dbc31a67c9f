using PaymentFlow.Web.Operators.Payment;

namespace PaymentFlow.Tests.Unit.Web.Console;

/// <summary>The time axis of a payment's picture, from milliseconds to days.</summary>
public sealed class TimeAxisTests
{
    static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Short_times_are_to_scale_and_all_visible()
    {
        var axis = Of(0, 1, 2, 302, 602);

        Assert.Equal(0, axis.PositionOf(Start));
        Assert.Equal(1000, axis.PositionOf(At(602)), 1e-6);
        var (stripe, second) = (Length(axis, 2, 302), Length(axis, 302, 602));
        Assert.Equal(stripe, second, 1e-6);
        Assert.InRange(Length(axis, 0, 1), 5, stripe / 10);
        Assert.Equal((TimeSpan.FromMilliseconds(602), false), (Assert.Single(axis.Parts).Time, axis.Parts[0].IsBreak));
    }

    [Fact]
    public void A_long_wait_is_a_break_of_fixed_length_and_the_rest_keeps_its_scale()
    {
        const double TwoDays = 2 * 24 * 60 * 60 * 1000;
        var axis = Of(0, 100, 200, 5_200, 5_300, TwoDays, TwoDays + 100);

        Assert.Equal([false, true, false, true, false], axis.Parts.Select(part => part.IsBreak));
        Assert.Equal(Length(axis, 200, 5_200), Length(axis, 5_300, TwoDays), 1e-6);
        Assert.True(Length(axis, 200, 5_200) < Length(axis, 0, 100));
        Assert.Equal(Length(axis, 0, 100), Length(axis, TwoDays, TwoDays + 100), 1e-6);
        Assert.Equal(TimeSpan.FromMilliseconds(200), axis.Parts[0].Time);
        Assert.Equal(TimeSpan.FromMilliseconds(TwoDays - 5_300), axis.Parts[3].Time);
        Assert.Equal(1000, axis.Parts[^1].To, 1e-6);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(300, 10)]
    [InlineData(300, 10_000)]
    [InlineData(2, 10_000)]
    public void Any_number_of_steps_fits_in_their_order(int count, double millisecondsApart)
    {
        var axis = Of([.. Enumerable.Range(0, count).Select(i => i * millisecondsApart)]);

        var positions = Enumerable.Range(0, count).Select(i => axis.PositionOf(At(i * millisecondsApart))).ToList();
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(positions.Count, positions.Distinct().Count());
        Assert.Equal(count == 1 ? 0 : 1000, positions[^1], 1e-6);
    }

    static TimeAxis Of(params double[] milliseconds) => TimeAxis.Of(milliseconds.Select(At), 1000);

    static DateTimeOffset At(double milliseconds) => Start.AddMilliseconds(milliseconds);

    static double Length(TimeAxis axis, double from, double to) => axis.PositionOf(At(to)) - axis.PositionOf(At(from));
}
