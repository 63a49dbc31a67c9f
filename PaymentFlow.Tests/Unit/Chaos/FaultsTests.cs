using PaymentFlow.Testing.Chaos;

namespace PaymentFlow.Tests.Unit.Chaos;

public sealed class FaultsTests
{
    [Fact]
    public void A_seed_draws_the_same_faults_every_time()
    {
        Assert.Equal(Describe(5), Describe(5));
        Assert.NotEqual(Describe(5), Describe(6));

        static string Describe(int seed) => string.Join('\n', Faults.Draw(seed, only: null).Take(200)
            .Select(fault => $"{fault.Kind} {fault.Pause} {fault.Lasts} {string.Join(',', fault.Targets)} {fault.Call} {fault.Count}"));
    }
}
