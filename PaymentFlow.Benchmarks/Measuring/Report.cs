namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>What a mode found.</summary>
/// <param name="Settings">The machine, the versions and everything else that the figures depend on.</param>
sealed record Report(string Mode, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<Row> Rows)
{
    public IReadOnlyList<Chart> Charts { get; init; } = [];
}

/// <summary>One figure.</summary>
/// <param name="Twin">The same of the native twin, in the same run; null where it has none.</param>
sealed record Row
{
    /// <exception cref="ArgumentException">A figure is no number: nothing was measured, and that must not pass for a result.</exception>
    public Row(string name, double value, string unit, double? twin = null)
    {
        if (!double.IsFinite(value) || (twin is { } other && !double.IsFinite(other)))
            throw new ArgumentException($"'{name}' was not measured: {value} {unit}, twin {twin}.");
        (Name, Value, Unit, Twin) = (name, value, unit, twin);
        Ratio = twin is { } floor and not 0 ? value / floor : null;
    }

    public string Name { get; }

    public double Value { get; }

    public string Unit { get; }

    public double? Twin { get; }

    /// <summary>To the twin, unless it is said to be to something else.</summary>
    public double? Ratio { get; init; }
}

/// <summary>Bars in groups: for each category one of every series.</summary>
sealed record Chart(string Name, string Title, string Unit, IReadOnlyList<string> Categories, IReadOnlyList<ChartSeries> Series);

sealed record ChartSeries(string Name, IReadOnlyList<double> Values);
