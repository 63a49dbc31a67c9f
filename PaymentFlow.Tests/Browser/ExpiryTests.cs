using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>An order that is not paid in time is canceled.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class ExpiryTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task An_order_at_the_bank_and_an_untouched_order_expire_and_the_pages_say_why()
    {
        var atTheBank = await ShopperAsync(web: impatient.Web);
        await atTheBank.StayFromTheBankAsync();
        await atTheBank.OrderAsync();
        await atTheBank.PayAsync("pm_card_threeDSecure2Required");
        await atTheBank.SeesAsync("bank");
        var away = await ShopperAsync("ru-RU", web: impatient.Web);
        await away.OrderAsync();

        await SeesExpiredAsync(atTheBank, "This order has expired", "It was not paid in time, so it was canceled. Nothing was charged.");
        await SeesExpiredAsync(away, "Срок этого заказа истёк", "Он не был оплачен вовремя");

        await away.Page.GetByText("Заказать снова").ClickAsync();
        await away.Page.IsAtAsync("**/checkout");
        await Assertions.Expect(away.Page.Locator(".lines > li")).ToHaveCountAsync(1);
    }

    static async Task SeesExpiredAsync(Shopper shopper, string heading, string text)
    {
        await shopper.Page.Locator("[data-screen=canceled]").WaitForAsync(new() { Timeout = 120_000 });
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync(heading);
        await Assertions.Expect(shopper.Page.Locator(".lead")).ToContainTextAsync(text);
        await Assertions.Expect(shopper.PayButton).ToHaveCountAsync(0);
    }
}
