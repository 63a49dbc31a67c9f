using PaymentFlow.Tests.Chaos.Driver;

namespace PaymentFlow.Tests.Chaos;

/// <summary>Nothing else runs beside it: the two cores are its own.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosTestsCollection;

/// <summary>A short run of the chaos suite; the long ones are PaymentFlow.Benchmarks' (docs/reliability.md).</summary>
[Collection(nameof(ChaosTests))]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_dies_in_between_nothing_is_lost_and_nobody_is_charged_twice()
    {
        var report = await ChaosRun.RunAsync(
            new ChaosOptions(Seed: 11, TimeSpan.FromSeconds(60), Rate: 4), TestContext.Current.CancellationToken);

        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        Assert.Empty(report.Surprises);
        Assert.Empty(report.NotQuiet);
        Assert.True(report.Faults.Values.Sum() >= 10, "Too few faults to speak of.");
        Assert.True(report.Counts["of them meant to pay, and could not"] <= report.Counts["customers"] / 20, "Too many sales were lost.");
        Assert.True(report.Books.Stripe.Count(intent => intent.Charged.Count > 0) >= 50, "Too few payments to speak of.");
    }

    [Fact]
    public void A_seed_draws_the_same_faults_every_time()
    {
        Assert.Equal(Describe(5), Describe(5));
        Assert.NotEqual(Describe(5), Describe(6));

        static string Describe(int seed) => string.Join('\n', Faults.Draw(seed, only: null).Take(200)
            .Select(fault => $"{fault.Kind} {fault.Pause} {fault.Lasts} {string.Join(',', fault.Targets)} {fault.Call} {fault.Count}"));
    }
}
