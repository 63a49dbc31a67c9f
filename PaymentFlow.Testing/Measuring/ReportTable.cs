using System.Globalization;
using Spectre.Console;

namespace PaymentFlow.Testing.Measuring;

/// <summary>Prints a report as a table.</summary>
static class ReportTable
{
    public static void Write(Report report)
    {
        foreach (var (setting, value) in report.Settings) Console.WriteLine($"{setting,-16} {value}");
        Table table = new() { Title = new TableTitle(Markup.Escape(report.Mode)) };
        table.AddColumn("");
        foreach (var column in (string[])["value", "unit", "twin", "ratio"]) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var row in report.Rows)
        {
            table.AddRow(Markup.Escape(row.Name), Number(row.Value), Markup.Escape(row.Unit), row.Twin is { } twin ? Number(twin) : "",
                row.Ratio is { } ratio ? Number(ratio) : "");
        }
        // A pipe or a file has no width. A fixed width prevents broken names.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 140;
        AnsiConsole.Write(table);
    }

    /// <summary>Formats a figure with about three significant digits.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 100 => value.ToString("#,##0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
