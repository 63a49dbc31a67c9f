using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

public sealed class LanguageTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_Russian_browser_gets_Russian_pages_from_the_order_to_the_payment()
    {
        var shopper = await ShopperAsync("ru-RU");

        await shopper.OrderAsync();
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Оплатите заказ");
        await Assertions.Expect(shopper.PayButton).ToContainTextAsync("Оплатить 18,00\u00a0$");
        await Assertions.Expect(shopper.Page.Locator(".summary .line-name")).ToContainTextAsync("Керамическая кружка");
        await shopper.PayAsync("pm_card_visa_chargeDeclined");
        await shopper.SeesAsync("declined");
        await Assertions.Expect(shopper.Page.Locator(".notice-title")).ToHaveTextAsync("Карта отклонена.");
        await shopper.PayAsync();

        await shopper.SeesAsync("paid");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Ваш заказ оплачен");
        Assert.Equal("ru", await shopper.Page.Locator("html").GetAttributeAsync("lang"));
    }

    [Fact]
    public async Task The_language_switch_stays_on_the_page_and_is_remembered()
    {
        var shopper = await ShopperAsync("en-US");
        var page = shopper.Page;
        await shopper.OrderAsync();
        var order = page.Url;

        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();

        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Оплатите заказ");
        Assert.Equal(order, page.Url);
        await shopper.IsLiveAsync();
        // Pushed changes also appear in the page's language.
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Ваш заказ оплачен");
        await page.GotoAsync("/");
        Assert.Equal("ru", await page.Locator("html").GetAttributeAsync("lang"));
    }
}
