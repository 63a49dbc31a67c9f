using System.Text;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>Reads a CSV file by RFC 4180, independently of the code that writes it.</summary>
static class CsvRows
{
    /// <returns>The rows after the header, with their cells by the header's names.</returns>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Read(string text)
    {
        List<List<string>> rows = [[]];
        StringBuilder cell = new();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when isQuoted && i + 1 < text.Length && text[i + 1] == '"':
                    cell.Append(text[i++]);
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    End();
                    break;
                case '\r' when !isQuoted && text[i + 1] == '\n':
                    End();
                    rows.Add([]);
                    i++;
                    break;
                case var c:
                    cell.Append(c);
                    break;
            }
        }
        Assert.Empty(rows[^1]);
        return [.. rows[1..^1].Select(row => rows[0].Zip(row).ToDictionary(pair => pair.First, pair => pair.Second))];

        void End()
        {
            rows[^1].Add(cell.ToString());
            cell.Clear();
        }
    }
}
