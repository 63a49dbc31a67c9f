using Microsoft.Extensions.Configuration;
using PaymentFlow.PaymentApi.Payments;

namespace PaymentFlow.Tests.Unit.Payments;

public sealed class PaymentTimingTests
{
    static readonly DateTimeOffset Moved = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>If a confirmation never reached Stripe, the customer waits for this check.</summary>
    [Theory]
    [InlineData("00:00:05")]
    [InlineData("00:00:30")]
    [InlineData("00:00:56")]
    [InlineData("00:30:00")]
    [InlineData("3.00:00:00")]
    public void However_soon_payments_are_abandoned_Stripe_is_asked_within_10_s_of_the_end_of_the_call_window(string abandonAfter)
    {
        PaymentTiming options = new() { AbandonAfter = TimeSpan.Parse(abandonAfter, null) };
        var over = Moved + options.CallWindow;
        Assert.Contains(Checks(options).TakeWhile(at => at < Moved.AddDays(1)), at => at > over && at <= over.AddSeconds(10));
    }

    [Fact]
    public void A_payment_is_checked_when_it_is_to_be_abandoned_and_then_less_and_less_often()
    {
        PaymentTiming options = new() { AbandonAfter = TimeSpan.FromMinutes(30) };
        Assert.Equal(
            ["00:00:10", "00:01:00", "00:05:00", "00:30:00", "01:00:00", "1.01:00:00", "2.01:00:00"],
            Checks(options).Take(7).Select(at => (at - Moved).ToString()));
    }

    [Fact]
    public void The_default_settings_are_valid() => Assert.Empty(Bound().Problems());

    [Fact]
    public void Configured_checks_replace_the_default_checks()
    {
        var options = Bound(
            ("FirstCheck", "00:00:02"), ("LaterChecks:0", "00:00:20"), ("LaterChecks:1", "00:02:00"),
            ("Lease", "00:00:30"), ("LookEvery", "00:00:00.2"));

        Assert.Empty(options.Problems());
        Assert.Equal(
            ["00:00:02", "00:00:20", "00:02:00", "00:30:00", "1.00:30:00"],
            Checks(options).Take(5).Select(at => (at - Moved).ToString()));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(200)), (options.Lease, options.LookEvery));
    }

    [Theory]
    [InlineData("AbandonAfter")]
    [InlineData("ListEventsEvery")]
    [InlineData("LookEvery")]
    [InlineData("FirstCheck")]
    [InlineData("LaterChecks:1")]
    [InlineData("Lease")]
    public void A_setting_that_is_not_a_positive_time_is_named(string setting)
    {
        var options = Bound(("LaterChecks:0", "00:01:00"), (setting, "00:00:00"));
        Assert.StartsWith(
            $"Payments:{setting} is 00:00:00: set it to a positive time", Assert.Single(options.Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_must_come_after_the_call_window() =>
        Assert.Contains(
            "Payments:LaterChecks has no time above 00:00:55",
            Assert.Single(Bound(("LaterChecks:0", "00:00:50")).Problems()),
            StringComparison.Ordinal);

    /// <summary>These limits protect the customer's money, so no setting may change them.</summary>
    [Fact]
    public void The_limits_of_a_call_that_moves_money_cannot_be_configured()
    {
        PaymentTiming defaults = new();
        var options = Bound(("ClaimToCall", "01:00:00"), ("ClaimToLastTry", "01:00:00"), ("CallWindow", "00:00:01"));
        Assert.Equal(
            (defaults.ClaimToCall, defaults.ClaimToLastTry, defaults.CallWindow),
            (options.ClaimToCall, options.ClaimToLastTry, options.CallWindow));
    }

    static PaymentTiming Bound(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Payments:{setting.Name}", (string?)setting.Value)))
            .Build().GetSection("Payments").Get<PaymentTiming>() ?? new PaymentTiming();

    static IEnumerable<DateTimeOffset> Checks(PaymentTiming options)
    {
        for (var at = Moved + options.FirstCheck; ; at = options.NextCheck(Moved, at)) yield return at;
    }
}
