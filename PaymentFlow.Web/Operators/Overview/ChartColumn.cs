namespace PaymentFlow.Web.Operators.Overview;

/// <summary>A column of a chart: an hour or a day.</summary>
/// <param name="Label">The short text below the column. Empty for none.</param>
/// <param name="Text">All values of the column, as a sentence.</param>
public sealed record ChartColumn(string Label, string Text, IReadOnlyList<ChartBar> Bars);

/// <summary>A bar between two values.</summary>
/// <param name="Series">The CSS class of the bar, which is also that of a <see cref="ChartSeries"/>.</param>
/// <param name="Width">The width as a part of the column's, from 0 to 1.</param>
public sealed record ChartBar(string Series, double From, double To, double Width);

/// <summary>An entry of the legend.</summary>
public sealed record ChartSeries(string Name, string Label);
