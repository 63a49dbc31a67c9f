using System.Net;
using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>3-D Secure for an API client: the next action in the answer, and the outcome by push.</summary>
public sealed partial class ThreeDSecureTests(PaymentFlowApp app)
{
    [Fact]
    public async Task The_next_action_is_a_redirect_with_a_return_URL_and_Stripe_js_without_one()
    {
        var redirected = await Customer.OrdersAsync(app);
        var answer = await redirected.PayAsync("pm_card_threeDSecure2Required", returnUrl: new Uri(app.Web, "/orders/x/return").ToString());

        Assert.Equal((HttpStatusCode.OK, "requires_action"), (answer.Status, answer["status"]));
        Assert.Equal("redirect", answer.Body!["nextAction"]!["type"]!.GetValue<string>());
        Assert.StartsWith(
            app.StripeSandbox.ToString(), answer.Body["nextAction"]!["redirectUrl"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty(await redirected.ChargesAsync());

        var embedded = await Customer.OrdersAsync(app);
        answer = await embedded.PayAsync("pm_card_threeDSecure2Required");

        Assert.Equal("use_stripe_sdk", answer.Body!["nextAction"]!["type"]!.GetValue<string>());
        Assert.Contains("_secret_", answer.Body["nextAction"]!["stripeClientSecret"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(answer.Body["nextAction"]!["redirectUrl"]);
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gets_the_same_next_action_and_another_method_may_be_tried()
    {
        var customer = await Customer.OrdersAsync(app);
        using var live = await customer.WatchAsync();
        var first = await customer.PayAsync("pm_card_threeDSecure2Required", key: "k");

        var repeat = await customer.PayAsync("pm_card_threeDSecure2Required", key: "k");
        Assert.Equal(first.Body!["nextAction"]!.ToJsonString(), repeat.Body!["nextAction"]!.ToJsonString());

        Assert.Equal("succeeded", (await customer.PayAsync("pm_card_visa", key: "other"))["status"]);
        await live.UntilAsync("paid");
        Assert.Single(await customer.ChargesAsync());
    }

    [Theory]
    [InlineData("approve", "paid", 1)]
    [InlineData("fail", "payment_failed", 0)]
    public async Task The_outcome_of_the_banks_page_is_pushed(string outcome, string status, int charges)
    {
        var customer = await Customer.OrdersAsync(app);
        using var live = await customer.WatchAsync();
        var asked = await customer.PayAsync("pm_card_threeDSecure2Required", returnUrl: new Uri(app.Web, "/orders/x/return").ToString());
        var page = new Uri(asked.Body!["nextAction"]!["redirectUrl"]!.GetValue<string>());

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var html = await browser.GetStringAsync(page, TestContext.Current.CancellationToken);
        var fields = HiddenField().Matches(html).ToDictionary(field => field.Groups[1].Value, field => field.Groups[2].Value);
        fields["outcome"] = outcome;
        using var form = new FormUrlEncodedContent(fields);
        using var back = await browser.PostAsync(new Uri(page, page.AbsolutePath), form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
        Assert.StartsWith(new Uri(app.Web, "/orders/x/return").ToString(), back.Headers.Location!.ToString(), StringComparison.Ordinal);
        await live.UntilAsync(status);
        Assert.Equal(charges, (await customer.ChargesAsync()).Count);
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]+)">""")]
    private static partial Regex HiddenField();
}
