using PaymentFlow.PaymentApi.Reconciliation;

namespace PaymentFlow.Tests.Unit.Reconciliation;

public sealed class ReconciliationOptionsTests
{
    static readonly DateTimeOffset Moved = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The customer of a confirmation that never reached Stripe waits for this check.</summary>
    [Theory]
    [InlineData("00:00:05")]
    [InlineData("00:00:30")]
    [InlineData("00:00:56")]
    [InlineData("00:30:00")]
    [InlineData("3.00:00:00")]
    public void However_soon_payments_are_abandoned_Stripe_is_asked_within_10_s_of_the_end_of_the_call_window(string abandonAfter)
    {
        ReconciliationOptions options = new() { AbandonAfter = TimeSpan.Parse(abandonAfter, null) };
        var over = Moved + options.CallWindow;
        Assert.Contains(Checks(options).TakeWhile(at => at < Moved.AddDays(1)), at => at > over && at <= over.AddSeconds(10));
    }

    [Fact]
    public void A_payment_is_looked_at_when_it_is_to_be_given_up_and_then_ever_less_often()
    {
        ReconciliationOptions options = new() { AbandonAfter = TimeSpan.FromMinutes(30) };
        Assert.Equal(
            ["00:00:10", "00:01:00", "00:05:00", "00:30:00", "01:00:00", "1.01:00:00", "2.01:00:00"],
            Checks(options).Take(7).Select(at => (at - Moved).ToString()));
    }

    static IEnumerable<DateTimeOffset> Checks(ReconciliationOptions options)
    {
        for (var at = Moved + options.FirstCheck; ; at = options.NextCheck(Moved, at)) yield return at;
    }
}
