using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.Tests.Unit.Payments;

public sealed class StripeDashboardTests
{
    [Theory]
    [InlineData("sk_live_1", null, "https://dashboard.stripe.com/payments/pi_1")]
    [InlineData("rk_live_1", null, "https://dashboard.stripe.com/payments/pi_1")]
    [InlineData("sk_test_1", null, "https://dashboard.stripe.com/test/payments/pi_1")]
    [InlineData("sk_test_sandbox_1", "http://localhost:5203", null)]
    public void A_payment_has_its_page_in_the_mode_of_the_key(string key, string? sandbox, string? expected) =>
        Assert.Equal(expected, StripeDashboard.UrlOf(
            "pi_1", new StripeOptions { ApiKey = key, ApiBase = sandbox is null ? null : new Uri(sandbox) }));

    [Fact]
    public void A_payment_without_a_PaymentIntent_has_no_page() =>
        Assert.Null(StripeDashboard.UrlOf(null, new StripeOptions { ApiKey = "sk_live_1" }));
}
