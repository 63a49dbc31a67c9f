using PaymentFlow.Testing.Measuring;
using ScottPlot;

namespace PaymentFlow.Benchmarks.Charting;

/// <summary>Saves a report's charts as PNG files (for pages) and SVG files (for zooming).</summary>
static class Charts
{
    const int Width = 760;
    const int Height = 400;
    const double BarWidth = 0.8;

    static readonly Color[] Colors =
        [Color.FromHex("#1b6ec2"), Color.FromHex("#9bb8d3"), Color.FromHex("#c2571b"), Color.FromHex("#e3b394")];

    public static void Save(Report report, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var chart in report.Charts)
        {
            using var plot = Draw(chart);
            plot.SavePng(Path.Combine(folder, $"{chart.Name}.png"), Width, Height);
            plot.SaveSvg(Path.Combine(folder, $"{chart.Name}.svg"), Width, Height);
        }
    }

    static Plot Draw(Chart chart)
    {
        Plot plot = new();
        var step = chart.Series.Count + 1.0;
        for (var series = 0; series < chart.Series.Count; series++)
        {
            var (color, values) = (Colors[series % Colors.Length], chart.Series[series].Values);
            var bars = plot.Add.Bars(values.Select((value, category) => new Bar
            {
                Position = category * step + series,
                Value = value,
                Size = BarWidth,
                FillColor = color,
                LineWidth = 0,
                Label = ReportTable.Number(value),
            }).ToArray());
            bars.LegendText = chart.Series[series].Name;
            bars.ValueLabelStyle.FontSize = 12;
        }
        var middle = (chart.Series.Count - 1) / 2.0;
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. chart.Categories.Select((_, category) => category * step + middle)], [.. chart.Categories]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.HideGrid();
        plot.Axes.Margins(bottom: 0, top: 0.2);
        plot.Title(chart.Title);
        plot.YLabel(chart.Unit);
        if (chart.Series.Count > 1) plot.ShowLegend(Edge.Right);
        return plot;
    }
}
