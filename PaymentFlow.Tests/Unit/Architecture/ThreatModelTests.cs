using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Architecture;

public sealed partial class ThreatModelTests
{
    [Fact]
    public void Each_file_that_the_threat_model_names_exists()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "threat-model.md"));
        // Paths leave out the first part of a project's name.
        var missing = CodeFile().Matches(text).Select(match => match.Groups[1].Value)
            .Where(path => !File.Exists(Path.Combine(Repository.Folder, $"PaymentFlow.{path}")));

        Assert.Empty(missing);
    }

    [GeneratedRegex("`([A-Za-z]+/[A-Za-z/]+\\.cs)`")]
    private static partial Regex CodeFile();
}
