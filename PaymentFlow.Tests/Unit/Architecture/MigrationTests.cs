using System.Globalization;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Architecture;

public sealed class MigrationTests
{
    // Two branches were merged with the same number. Both scripts are applied everywhere, so neither can be renamed any more.
    const string AppliedTwin = "0006_stripe_events_pruning.sql";

    [Theory]
    [InlineData("PaymentFlow.PaymentApi")]
    [InlineData("PaymentFlow.OrderService")]
    public void Migrations_are_numbered_from_one_without_gaps_or_duplicates(string project)
    {
        var numbers = Directory.EnumerateFiles(Path.Combine(Repository.Folder, project, "Migrations"), "*.sql")
            .Select(file => Path.GetFileName(file)).Where(name => name != AppliedTwin)
            .Select(name => int.Parse(name[..name.IndexOf('_', StringComparison.Ordinal)], CultureInfo.InvariantCulture)).Order().ToList();

        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }
}
