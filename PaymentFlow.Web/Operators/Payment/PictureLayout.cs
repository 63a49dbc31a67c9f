namespace PaymentFlow.Web.Operators.Payment;

/// <summary>A hold with its place on the axis.</summary>
/// <param name="Time">How long; until now if it is still held.</param>
/// <param name="After">The time since the first step.</param>
public sealed record PlacedHold(Hold Hold, double From, double To, TimeSpan Time, TimeSpan After);

public sealed record PlacedMark(Mark Mark, double At);

/// <summary>
/// The picture above a journey: who held the payment when, on one time axis. Positions are along the axis from 0; the picture draws the
/// axis from left to right, or on a narrow screen from top to bottom.
/// </summary>
public sealed record PictureLayout(IReadOnlyList<PlacedHold> Holds, IReadOnlyList<PlacedMark> Marks, IReadOnlyList<AxisPart> Parts)
{
    /// <summary>Null if nobody held the payment, because its steps were pruned.</summary>
    /// <param name="now">Where a hold ends that has no end.</param>
    /// <param name="length">Of the axis.</param>
    public static PictureLayout? Of(JourneyHolds journey, DateTimeOffset now, double length)
    {
        if (journey.Holds.Count == 0) return null;
        // A service's clock may be ahead of ours.
        var end = journey.Holds.Select(hold => hold.To ?? hold.From).Append(now).Max();
        List<DateTimeOffset> times =
            [.. journey.Holds.SelectMany(hold => new[] { hold.From, hold.To ?? end }), .. journey.Marks.Select(mark => mark.Line.At)];
        var (axis, start) = (TimeAxis.Of(times, length), times.Min());
        return new(
            [.. journey.Holds.Select(hold => new PlacedHold(hold, axis.PositionOf(hold.From), axis.PositionOf(hold.To ?? end),
                (hold.To ?? end) - hold.From, hold.From - start))],
            [.. journey.Marks.Select(mark => new PlacedMark(mark, axis.PositionOf(mark.Line.At)))],
            axis.Parts);
    }
}
