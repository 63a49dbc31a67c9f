using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

public sealed class LanguageTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_Russian_browser_gets_Russian_pages_to_the_end()
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
    public async Task The_switch_changes_the_language_where_one_is_and_is_remembered()
    {
        var shopper = await ShopperAsync("en-US");
        var page = shopper.Page;
        await shopper.OrderAsync();
        var order = page.Url;

        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();

        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Оплатите заказ");
        Assert.Equal(order, page.Url);
        await shopper.IsLiveAsync();
        // What a push changes is in the language of the page, too.
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Ваш заказ оплачен");
        await page.GotoAsync("/");
        Assert.Equal("ru", await page.Locator("html").GetAttributeAsync("lang"));
    }

    [Fact]
    public async Task The_switch_leads_to_no_other_site()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        await page.GotoAsync("/");
        await page.EvaluateAsync("() => document.querySelector('.languages [name=returnTo]').value = '//example.com/'");

        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();

        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");
        Assert.Equal("/", new Uri(page.Url).PathAndQuery);
        Assert.Equal(App.Web.Authority, new Uri(page.Url).Authority);
    }

    [Fact]
    public async Task An_unknown_language_falls_back_to_English()
    {
        var shopper = await ShopperAsync("fi-FI");

        await shopper.Page.GotoAsync("/");

        Assert.Equal("en", await shopper.Page.Locator("html").GetAttributeAsync("lang"));
    }
}
