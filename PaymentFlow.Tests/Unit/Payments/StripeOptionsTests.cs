using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.Tests.Unit.Payments;

public sealed class StripeOptionsTests
{
    static readonly Uri Sandbox = new("http://localhost:5203");

    [Fact]
    public void The_sandbox_is_valid_in_development_and_a_real_key_everywhere()
    {
        StripeOptions sandbox = new() { ApiKey = "sk_test_sandbox_1", ApiBase = Sandbox, WebhookSecrets = ["whsec_1"] };
        Assert.Empty(sandbox.Problems(development: true));
        Assert.Empty(new StripeOptions { ApiKey = "sk_live_1", WebhookSecrets = ["whsec_1", "whsec_2"] }.Problems(development: false));
        Assert.Empty(new StripeOptions { ApiKey = "sk_test_1", LiveMode = false }.Problems(development: true));
    }

    [Fact]
    public void Each_wrong_setting_is_named()
    {
        AssertNames("Stripe:ApiKey", new StripeOptions());
        AssertNames("Stripe:ApiBase", new StripeOptions { ApiKey = "sk_test_sandbox_1", ApiBase = Sandbox }, development: false);
        AssertNames("Stripe:ApiBase", new StripeOptions { ApiKey = "sk_live_1", ApiBase = Sandbox });
        AssertNames("Stripe:ApiBase", new StripeOptions { ApiKey = "sk_test_sandbox_1" });
        AssertNames("Stripe:WebhookSecrets", new StripeOptions { ApiKey = "sk_test_1", WebhookSecrets = ["whsec_1", ""] });
        AssertNames("Stripe:WebhookSecrets:1", new StripeOptions { ApiKey = "sk_test_1", WebhookSecrets = ["whsec_1", "whsec_\n2"] });
        AssertNames("Stripe:ApiKey", new StripeOptions { ApiKey = "sk_test_1\nsk_test_1" });
        AssertNames("Stripe:ApiKey", new StripeOptions { ApiKey = "pk_test_1" });
        AssertNames("Stripe:ApiKey", new StripeOptions { ApiKey = "whsec_1" });
        Uri withoutScheme = new("localhost:5203", UriKind.RelativeOrAbsolute);
        AssertNames("Stripe:ApiBase", new StripeOptions { ApiKey = "sk_test_sandbox_1", ApiBase = withoutScheme });
        AssertNames("Stripe:LiveMode", new StripeOptions { ApiKey = "sk_test_1", LiveMode = true });
        AssertNames("Stripe:LiveMode", new StripeOptions { ApiKey = "sk_live_1", LiveMode = false });
    }

    [Fact]
    public void No_message_contains_the_key()
    {
        var options = new StripeOptions { ApiKey = "sk_live_very_secret", ApiBase = Sandbox, LiveMode = false, WebhookSecrets = [""] };

        Assert.All(
            options.Problems(development: false), problem => Assert.DoesNotContain("very_secret", problem, StringComparison.Ordinal));
    }

    static void AssertNames(string setting, StripeOptions options, bool development = true) =>
        Assert.Contains(setting, Assert.Single(options.Problems(development)), StringComparison.Ordinal);
}
