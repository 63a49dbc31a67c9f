using PaymentFlow.Testing.Chaos;

namespace PaymentFlow.Tests.Unit.Chaos;

public sealed class ChaosTimesTests
{
    [Fact]
    public void The_settle_time_is_longer_than_the_delay_of_every_background_task()
    {
        foreach (var times in (ChaosTimes[])[new(), ChaosTimes.ForShortRuns])
        {
            Assert.All(
                [times.ListEventsEvery, times.FirstCheck, times.CheckAfter + times.CheckEvery],
                later => Assert.True(times.SettleTime > later));
            // The settle time need not cover AbandonAfter, because the suite also waits until no payment is open.
            Assert.True(times.AbandonAfter > times.FirstCheck);
        }
    }

    [Fact]
    public void The_services_get_the_times_as_settings() => Assert.Equal(
        [
            "Delivery__CheckAfter=00:00:03", "Delivery__Every=00:00:01", "Payments__AbandonAfter=00:00:15",
            "Payments__FirstCheck=00:00:03", "Payments__ListEventsEvery=00:00:04", "Webhooks__Retries__0=00:00:01",
            "Webhooks__Retries__1=00:00:02", "Webhooks__Retries__2=00:00:10", "Webhooks__Retries__3=00:00:20",
            "Webhooks__SweepAfter=00:00:03", "Webhooks__Timeout=00:00:03",
        ],
        ChaosTimes.ForShortRuns.Environment.Select(setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal));
}
