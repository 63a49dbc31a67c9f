using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>To the bank's page and back. The sandbox plays the bank.</summary>
public sealed class ThreeDSecureTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_payment_that_the_customer_confirms_with_the_bank_is_paid()
    {
        var shopper = await AtTheBankAsync();

        await shopper.Page.Locator("button[value=approve]").ClickAsync();

        await shopper.SeesAsync("paid");
        AssertCleanAddress(shopper);
    }

    [Fact]
    public async Task A_payment_that_the_bank_does_not_confirm_is_explained_and_can_be_made_again()
    {
        var shopper = await AtTheBankAsync();

        await shopper.Page.Locator("button[value=fail]").ClickAsync();

        await shopper.SeesAsync("declined");
        await Assertions.Expect(shopper.Page.Locator(".notice-title")).ToHaveTextAsync("Your bank did not confirm that this payment is yours.");
        AssertCleanAddress(shopper);
        await shopper.IsLiveAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    [Fact]
    public async Task A_customer_who_comes_back_undecided_can_pay_another_way()
    {
        var shopper = await AtTheBankAsync();

        await shopper.Page.GoBackAsync();

        await shopper.IsLiveAsync();
        await Assertions.Expect(shopper.Page.Locator(".notice-title")).ToContainTextAsync("Your bank has not confirmed the last attempt yet");
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    [Fact]
    public async Task What_the_return_address_claims_is_not_believed()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();

        await shopper.Page.GotoAsync($"{shopper.Page.Url}/return?payment_intent=pi_1&payment_intent_client_secret=x&redirect_status=succeeded");

        AssertCleanAddress(shopper);
        await shopper.SeesAsync("confirming");
        await shopper.IsLiveAsync();
        await shopper.Page.GetByText("Pay another way").ClickAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    async Task<Shopper> AtTheBankAsync()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();
        await shopper.PayAsync("pm_card_threeDSecure2Required");
        await shopper.Page.WaitForURLAsync("**/_sandbox/3ds/**");
        return shopper;
    }

    static void AssertCleanAddress(Shopper shopper) => Assert.Equal($"/orders/{shopper.OrderId}", new Uri(shopper.Page.Url).PathAndQuery);
}
