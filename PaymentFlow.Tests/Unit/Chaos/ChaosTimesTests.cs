using PaymentFlow.Tests.Chaos.Driver;

namespace PaymentFlow.Tests.Unit.Chaos;

public sealed class ChaosTimesTests
{
    [Fact]
    public void Everything_stays_at_rest_for_longer_than_any_later_deed_takes_to_begin()
    {
        foreach (var times in (ChaosTimes[])[new(), ChaosTimes.ForShortRuns])
        {
            Assert.All([times.ListEventsEvery, times.FirstCheck, times.CheckAfter + times.CheckEvery], later => Assert.True(times.Proof > later));
            // Whoever gives up later than that is waited for by the books: an open payment is not at rest.
            Assert.True(times.AbandonAfter > times.FirstCheck);
        }
    }

    [Fact]
    public void The_services_get_the_times_as_settings() => Assert.Equal(
        ["Delivery__CheckAfter=00:00:03", "Delivery__Every=00:00:01", "Payments__AbandonAfter=00:00:15", "Payments__FirstCheck=00:00:03", "Payments__ListEventsEvery=00:00:04"],
        ChaosTimes.ForShortRuns.Environment.Select(setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal));
}
