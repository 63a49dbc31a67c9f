namespace PaymentFlow.Testing.Measuring;

/// <summary>The result of a mode.</summary>
/// <param name="Settings">The machine, the versions and all other settings that affect the figures.</param>
sealed record Report(string Mode, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<Row> Rows)
{
    public IReadOnlyList<Chart> Charts { get; init; } = [];
}

/// <summary>One figure.</summary>
/// <param name="Twin">The native twin's figure from the same run; null if the twin has none.</param>
sealed record Row
{
    /// <exception cref="ArgumentException">A figure is not a finite number, because nothing was measured.</exception>
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

    /// <summary>The ratio to the twin's figure, unless the mode's setting <c>ratio</c> says otherwise.</summary>
    public double? Ratio { get; init; }
}

/// <summary>A bar chart. Each category is a group with one bar per series.</summary>
sealed record Chart(string Name, string Title, string Unit, IReadOnlyList<string> Categories, IReadOnlyList<ChartSeries> Series);

sealed record ChartSeries(string Name, IReadOnlyList<double> Values);
