namespace PaymentFlow.Web.Operators.Overview;

/// <summary>The vertical axis of a chart: from a round number to a round number, in four to seven round steps.</summary>
/// <param name="Low">The lowest value, at most 0.</param>
/// <param name="High">The highest value, above <paramref name="Low"/>.</param>
/// <param name="Ticks">The values that have a grid line, ascending, with both ends and 0.</param>
public sealed record ChartScale(double Low, double High, IReadOnlyList<double> Ticks)
{
    const int Steps = 4;

    /// <param name="least">The least value to show.</param>
    /// <param name="most">The greatest value to show.</param>
    /// <param name="finest">The smallest step between two ticks.</param>
    public static ChartScale Of(double least, double most, double finest)
    {
        (least, most) = (Math.Min(least, 0), Math.Max(most, 0));
        if (most - least < finest) most = least + finest;
        var step = Math.Max(finest, Round((most - least) / Steps));
        var (low, high) = ((long)Math.Floor(least / step), (long)Math.Ceiling(most / step));
        List<double> ticks = [];
        for (var tick = low; tick <= high; tick++) ticks.Add(tick * step);
        return new ChartScale(ticks[0], ticks[^1], ticks);
    }

    /// <summary>How far below the top of the axis a value is, from 0 to 1.</summary>
    public double FromTop(double value) => (High - value) / (High - Low);

    /// <summary>The next number above that is 1, 2 or 5 times a power of ten.</summary>
    static double Round(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
