namespace PaymentFlow.Web.Operators.Payment;

/// <summary>A part of the axis between two positions.</summary>
/// <param name="IsBreak">Whether the axis is broken here: its length does not show its time.</param>
public sealed record AxisPart(double From, double To, TimeSpan Time, bool IsBreak);

/// <summary>
/// A time axis on which milliseconds and days are visible together. Between long waits it is linear; a long wait is a break of a fixed
/// length. Two different times are never at one position.
/// </summary>
public sealed class TimeAxis
{
    /// <summary>From this wait on, the axis is broken.</summary>
    public static readonly TimeSpan LongWait = TimeSpan.FromSeconds(2);

    // In the axis' units.
    const double LeastBreak = 48;
    const double MostBreak = 150;
    const double LeastLength = 9;
    // Parts of the axis: of a few breaks together, and the most of many breaks and of many least lengths.
    const double FewBreaksShare = .3;
    const double BreaksShare = .5;
    const double LeastShare = .3;

    readonly List<DateTimeOffset> _times;
    readonly List<double> _positions = [0];

    TimeAxis(List<DateTimeOffset> times) => _times = times;

    /// <summary>The linear parts and the breaks in their order.</summary>
    public IReadOnlyList<AxisPart> Parts { get; private set; } = [];

    /// <param name="times">In any order; at least one.</param>
    /// <param name="length">Of the whole axis.</param>
    public static TimeAxis Of(IEnumerable<DateTimeOffset> times, double length)
    {
        TimeAxis axis = new([.. times.Distinct().Order()]);
        var gaps = axis._times.Zip(axis._times.Skip(1), (from, to) => to - from).ToList();
        var breaks = gaps.Count(gap => gap >= LongWait);
        var others = gaps.Count - breaks;
        var linear = TimeSpan.FromTicks(gaps.Where(gap => gap < LongWait).Sum(gap => gap.Ticks));
        var breakLength = others == 0 ? length / Math.Max(1, breaks) : Math.Min(
            Math.Clamp(length * FewBreaksShare / Math.Max(1, breaks), LeastBreak, MostBreak), length * BreaksShare / Math.Max(1, breaks));
        var least = Math.Min(LeastLength, length * LeastShare / Math.Max(1, others));
        var rest = length - (breaks * breakLength) - (others * least);
        foreach (var gap in gaps)
            axis._positions.Add(axis._positions[^1] + (gap >= LongWait ? breakLength : least + (rest * (gap / linear))));
        axis.Parts = [.. axis.PartsOf(gaps)];
        return axis;
    }

    /// <param name="time">One of the times that the axis was made of.</param>
    public double PositionOf(DateTimeOffset time) => _positions[_times.BinarySearch(time)];

    IEnumerable<AxisPart> PartsOf(List<TimeSpan> gaps)
    {
        var from = 0;
        for (var i = 0; i < gaps.Count; i++)
        {
            var isBreak = gaps[i] >= LongWait;
            if (!isBreak && i + 1 < gaps.Count && gaps[i + 1] < LongWait) continue;
            yield return new(_positions[from], _positions[i + 1], _times[i + 1] - _times[from], isBreak);
            from = i + 1;
        }
    }
}
