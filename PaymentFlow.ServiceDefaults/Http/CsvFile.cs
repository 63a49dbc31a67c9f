using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>A CSV file that is written while it is sent, so that its length costs no memory.</summary>
public static class CsvFile
{
    /// <summary>
    /// The answer with the file for download. If <paramref name="rows"/> fails, the connection breaks off, so that half a file is not taken
    /// for a whole one.
    /// </summary>
    /// <param name="name">The file's name, in ASCII.</param>
    /// <param name="columns">The first line.</param>
    /// <param name="rows">The cells of each line.</param>
    public static PushStreamHttpResult Of(string name, string[] columns, IAsyncEnumerable<string?[]> rows) =>
        TypedResults.Stream(async stream =>
        {
            await using StreamWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
            await writer.WriteAsync(Csv.Row(columns));
            await foreach (var row in rows) await writer.WriteAsync(Csv.Row(row));
        }, Csv.ContentType, name);

    /// <summary>A time in ISO 8601, UTC, with milliseconds.</summary>
    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
