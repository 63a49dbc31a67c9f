using PaymentFlow.Testing.Chaos;

namespace PaymentFlow.Tests.Chaos;

[CollectionDefinition(nameof(ChaosTests))]
public sealed class ChaosTestsCollection : ICollectionFixture<SharedChaosWorld>;

/// <summary>One world for all tests of the collection. Each test leaves it at rest and without faults.</summary>
public sealed class SharedChaosWorld : IAsyncLifetime
{
    public ChaosWorld World { get; } = new(ChaosTimes.ForShortRuns);

    public async ValueTask InitializeAsync() => await World.StartAsync();

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

/// <summary>A short run of the chaos suite. PaymentFlow.Benchmarks makes the long runs (docs/reliability.md).</summary>
[Collection(nameof(ChaosTests))]
public sealed class ChaosTests(SharedChaosWorld shared, ITestOutputHelper output)
{
    [Fact]
    public async Task Under_faults_no_payment_is_lost_and_no_customer_is_charged_twice()
    {
        // This seed was chosen because its 45 seconds contain most kinds of faults. Services and Postgres are killed, and the broker is
        // wiped. Stripe is slow, disconnected, or answers confirmations and refunds with errors.
        var report = await ChaosRun.RunAsync(
            shared.World, new ChaosOptions(Seed: 93, TimeSpan.FromSeconds(45), Rate: 4), TestContext.Current.CancellationToken);

        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        Assert.Empty(report.Surprises);
        Assert.Empty(report.NotQuiet);
        Assert.True(report.Faults.Values.Sum() >= 10, "The run made too few faults.");
        // Other tests keep the machine busy. So faults last longer, and more customers give up, than in a long run.
        Assert.True(report.Counts["of them meant to pay, and could not"] <= report.Counts["customers"] / 5, "Too many sales were lost.");
        Assert.True(report.Counts["orders charged"] >= 50, "The run charged too few orders.");
    }
}
