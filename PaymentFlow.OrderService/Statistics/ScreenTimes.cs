using System.Globalization;
using PaymentFlow.Contracts.Statistics;

namespace PaymentFlow.OrderService.Statistics;

/// <summary>
/// Counts of times by a logarithmic scale. Each bin is 5 % wider than the one below it, so a percentile is exact to 2.5 %. Bin 0 is
/// up to one millisecond. Counts can be added, which percentiles cannot.
/// </summary>
sealed class ScreenTimes
{
    public const int ShownLater = -1;
    public const int NeverShown = -2;
    const double Width = 1.05;

    readonly SortedDictionary<int, long> _bins = [];

    /// <summary>An SQL expression for the bin of a time.</summary>
    /// <param name="milliseconds">An SQL expression. Less than 0 where clocks differ, which counts as 0.</param>
    public static string BinSql(string milliseconds) => string.Create(
        CultureInfo.InvariantCulture, $"ceil(ln(greatest({milliseconds}, 1)) / ln({Width}))::integer");

    public void Add(int bin, long count) => _bins[bin] = _bins.GetValueOrDefault(bin) + count;

    public ScreenTotals ToTotals()
    {
        var (later, never) = (_bins.GetValueOrDefault(ShownLater), _bins.GetValueOrDefault(NeverShown));
        var shown = _bins.Where(bin => bin.Key >= 0).Sum(bin => bin.Value);
        return new ScreenTotals(shown + later + never, shown, later, never, Percentile(0.5, shown), Percentile(0.99, shown));
    }

    /// <summary>The time that this part of the times does not exceed, in milliseconds. Null if there are none.</summary>
    double? Percentile(double part, long shown)
    {
        var rank = (long)Math.Ceiling(part * shown);
        foreach (var (bin, count) in _bins.Where(bin => bin.Key >= 0))
        {
            rank -= count;
            // The middle of the bin.
            if (rank <= 0) return Math.Round(bin == 0 ? 1 : Math.Pow(Width, bin - 0.5), 1);
        }
        return null;
    }
}
