using PaymentFlow.Tests.Chaos.Driver;

namespace PaymentFlow.Tests.Chaos;

/// <summary>Nothing else runs beside it: the two cores are its own.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosTestsCollection : ICollectionFixture<SharedChaosWorld>;

/// <summary>One world for all tests of the collection: each leaves it at rest, and as good as new.</summary>
public sealed class SharedChaosWorld : IAsyncLifetime
{
    public ChaosWorld World { get; } = new(ChaosTimes.ForShortRuns);

    public async ValueTask InitializeAsync() => await World.StartAsync();

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

/// <summary>A short run of the chaos suite; the long ones are PaymentFlow.Benchmarks' (docs/reliability.md).</summary>
[Collection(nameof(ChaosTests))]
public sealed class ChaosTests(SharedChaosWorld shared, ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_dies_in_between_nothing_is_lost_and_nobody_is_charged_twice()
    {
        // Of many seeds one whose 45 seconds have most kinds of faults: services, Postgres and the broker die, Stripe is slow, cut off,
        // and wrong about confirmations and refunds.
        var report = await ChaosRun.RunAsync(
            shared.World, new ChaosOptions(Seed: 93, TimeSpan.FromSeconds(45), Rate: 4), TestContext.Current.CancellationToken);

        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        Assert.Empty(report.Surprises);
        Assert.Empty(report.NotQuiet);
        Assert.True(report.Faults.Values.Sum() >= 10, "Too few faults to speak of.");
        Assert.True(report.Counts["of them meant to pay, and could not"] <= report.Counts["customers"] / 20, "Too many sales were lost.");
        Assert.True(report.Counts["orders charged"] >= 50, "Too few payments to speak of.");
    }
}
