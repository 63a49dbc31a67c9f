using System.Text.Encodings.Web;
using System.Text.Json;

namespace PaymentFlow.Testing.Measuring;

/// <summary><c>{ "mode", "settings", "rows": [{ "name", "value", "unit", "twin", "ratio" }] }</c></summary>
static class JsonReport
{
    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Task WriteAsync(Report report, string file) => File.WriteAllTextAsync(file, ToJson(report) + "\n");

    public static string ToJson(Report report) => JsonSerializer.Serialize(new { report.Mode, report.Settings, report.Rows }, Format);
}
