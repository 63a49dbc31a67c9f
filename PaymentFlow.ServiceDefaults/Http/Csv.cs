using System.Buffers;
using System.Text;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>Rows of a CSV file by RFC 4180, in UTF-8, that a spreadsheet can open.</summary>
public static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8";

    static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    // A spreadsheet takes a cell that begins with one of these for a formula, which can read other cells and send them elsewhere.
    static readonly SearchValues<char> FormulaStarts = SearchValues.Create("=+-@\t\r\n＝＋－＠");

    /// <summary>
    /// One row with its line break. An apostrophe is put before a cell that a spreadsheet would take for a formula; it shows the cell as
    /// text then (https://owasp.org/www-community/attacks/CSV_Injection).
    /// </summary>
    public static string Row(params ReadOnlySpan<string?> cells)
    {
        StringBuilder row = new();
        foreach (var cell in cells)
        {
            if (row.Length > 0) row.Append(',');
            Append(row, cell ?? "");
        }
        return row.Append("\r\n").ToString();
    }

    static void Append(StringBuilder row, string cell)
    {
        if (cell.Length > 0 && FormulaStarts.Contains(cell[0])) cell = "'" + cell;
        if (cell.AsSpan().ContainsAny(Special)) row.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else row.Append(cell);
    }
}
