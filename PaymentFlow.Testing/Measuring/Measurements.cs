namespace PaymentFlow.Testing.Measuring;

/// <summary>Figures of several repeats. Reports the median of each.</summary>
sealed class Measurements
{
    readonly List<(string Name, string Unit)> _order = [];
    readonly Dictionary<(string Name, bool Twin), List<double>> _values = [];

    public void Add(string name, double value, string unit, bool twin = false)
    {
        if (!_order.Contains((name, unit))) _order.Add((name, unit));
        if (!_values.TryGetValue((name, twin), out var values)) _values[(name, twin)] = values = [];
        values.Add(value);
    }

    public bool Has(string name, bool twin = false) => _values.ContainsKey((name, twin));

    /// <summary>The median over the repeats.</summary>
    public double Of(string name, bool twin = false) => Median(_values[(name, twin)]);

    /// <summary>The rows in the order of their first figure. A figure that only the twin has gets its own row.</summary>
    public IReadOnlyList<Row> Rows() => [.. _order.Select(figure => Has(figure.Name)
        ? new Row(figure.Name, Of(figure.Name), figure.Unit, Has(figure.Name, twin: true) ? Of(figure.Name, twin: true) : null)
        : new Row($"{figure.Name} (twin)", Of(figure.Name, twin: true), figure.Unit))];

    /// <summary>The middle value; for an even count, the mean of the two middle values.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) throw new ArgumentException("An empty list has no median.", nameof(values));
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
