using PaymentFlow.Tests.Chaos.Driver;

namespace PaymentFlow.Tests.Chaos;

/// <summary>Postgres or Stripe is away while customers keep coming. Minutes of it are PaymentFlow.Benchmarks' (docs/reliability.md).</summary>
[Collection(nameof(ChaosTests))]
public sealed class OutageUnderLoadTests(SharedChaosWorld shared, ITestOutputHelper output)
{
    [Theory]
    [InlineData("postgres")]
    [InlineData("stripe")]
    public async Task Callers_are_put_off_with_Retry_After_nothing_is_skipped_or_guessed_and_everything_settles(string away)
    {
        var report = await ChaosRun.RunAsync(
            shared.World, Outage.Of(away, TimeSpan.FromSeconds(8), rate: 4), TestContext.Current.CancellationToken);

        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        // A 503 without Retry-After and a 500 are among these.
        Assert.Empty(report.Surprises);
        Assert.Empty(report.NotQuiet);
        Assert.True(report.Counts["of them with 503 and Retry-After"] > 0, "Nobody met the outage.");
        Assert.True(report.Counts["orders charged"] >= 50, "Too few payments to speak of.");
    }
}
