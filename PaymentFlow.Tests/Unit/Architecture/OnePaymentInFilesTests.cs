using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Architecture;

/// <summary>The table "One payment in files" of docs/architecture.md leads to code that exists.</summary>
public sealed partial class OnePaymentInFilesTests
{
    [Fact]
    public void Every_file_and_member_of_the_table_exists()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "architecture.md"));
        var rows = Row().Matches(page[page.IndexOf("## One payment in files", StringComparison.Ordinal)..]).ToList();

        Assert.True(rows.Count > 15, "The table was not found.");
        Assert.All(rows, row =>
        {
            var code = File.ReadAllText(Path.Combine(Repository.Folder, row.Groups["file"].Value));
            Assert.Matches($@"\b{row.Groups["member"].Value}\b", code);
        });
    }

    [GeneratedRegex(@"^\| [^|]+ \| `(?<file>PaymentFlow\.[^`]+)` \| `(?<member>\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
