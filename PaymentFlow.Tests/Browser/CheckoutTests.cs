using System.Web;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Browser;

/// <summary>A customer of another shop, who pays at our checkout and comes back to that shop.</summary>
public sealed class CheckoutTests(PaymentFlowApp app, Chromium chromium, OrdersApp orders)
    : BrowserTest(app, chromium), IClassFixture<OrdersApp>
{
    Merchant Merchant => new(App, orders);

    [Fact]
    public async Task The_link_opens_a_clean_address_and_the_paid_page_leads_back_to_the_shop()
    {
        var shopper = await ShopperAsync();
        await ServeShopAsync(shopper.Page);
        var (order, url) = await Merchant.CreateAsync(("locale", "ru"));

        await shopper.Page.GotoAsync(url);
        await shopper.IsLiveAsync();

        Assert.Equal($"{App.Web}orders/{order.Id}", shopper.Page.Url);
        Assert.DoesNotContain(CheckoutOrder.TokenOf(url), await shopper.Page.ContentAsync(), StringComparison.Ordinal);
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Оплатите заказ");
        // A merchant's customer never gets to our demo shop.
        Assert.Equal(0, await shopper.Page.Locator("a[href='/']").CountAsync());
        await shopper.PayAsync();

        await shopper.Page.IsAtAsync($"{App.ShopOrigin}/thanks?**");
        Assert.Equal("text", await shopper.Page.Locator("body").TextContentAsync());
        var query = HttpUtility.ParseQueryString(new Uri(shopper.Page.Url).Query);
        Assert.Equal(("checkout", $"{order.Id}", order.Reference, "paid"),
            (query["from"], query["order"], query["reference"], query["status"]));

        // Coming back, or opening the link again, does not lead away again.
        await shopper.Page.GotoAsync(url);
        await shopper.IsLiveAsync();
        await shopper.SeesAsync("already-paid");
        await Assertions.Expect(shopper.Page.GetByText("Вернуться в магазин")).ToHaveAttributeAsync(
            "href", $"{App.ShopOrigin}/thanks?from=checkout&order={order.Id}&reference={order.Reference}&status=paid");
        Assert.Empty(shopper.Complaints);
    }

    [Fact]
    public async Task A_customer_can_leave_for_the_shop_without_paying_and_after_canceling()
    {
        var shopper = await ShopperAsync();
        await ServeShopAsync(shopper.Page);
        var (order, url) = await Merchant.CreateAsync(("locale", "en"));
        await shopper.Page.GotoAsync(url);
        await shopper.IsLiveAsync();

        await shopper.Page.GetByText("Back to the shop").ClickAsync();
        await shopper.Page.IsAtAsync($"{App.ShopOrigin}/basket?order={order.Id}&reference={order.Reference}&status=awaiting_payment");

        await shopper.Page.GoBackAsync();
        await shopper.IsLiveAsync();
        // The customer's own choice comes before the merchant's.
        await shopper.Page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Оплатите заказ");
        await shopper.Page.GotoAsync(url);
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Оплатите заказ");
        await shopper.IsLiveAsync();
        await shopper.CancelAsync();
        await shopper.SeesAsync("canceled");
        await shopper.IsAccessibleAsync("canceled, with the way back to the shop");
        await shopper.Page.GetByText("Вернуться в магазин").ClickAsync();
        await shopper.Page.IsAtAsync($"{App.ShopOrigin}/basket?**status=canceled");
        Assert.Empty(shopper.Complaints);
    }

    [Fact]
    public async Task A_checkout_with_its_own_name_and_color_is_accessible_and_a_customer_can_stay()
    {
        await using var replica = await Replica.StartAsync(App, ("Checkout__Name", "Lake House"), ("Checkout__LogoUrl", "/favicon.svg"),
            ("Checkout__AccentColor", "#8a2be2"), ("Checkout__ReturnAfter", "00:01:00"));
        var shopper = await ShopperAsync(web: replica.Web);
        var page = shopper.Page;
        await ServeShopAsync(page);
        var (order, url) = await Merchant.CreateAsync(("locale", "en"));

        await page.GotoAsync($"/checkout/open?token={CheckoutOrder.TokenOf(url)}");
        await shopper.IsLiveAsync();
        await Assertions.Expect(page.Locator(".brand")).ToHaveTextAsync("Lake House");
        await Assertions.Expect(page).ToHaveTitleAsync($"Order {order.Reference} · Lake House");
        await Assertions.Expect(shopper.PayButton).ToBeEnabledAsync();
        await Assertions.Expect(shopper.PayButton).ToHaveCSSAsync("background-color", "rgb(138, 43, 226)");
        await Assertions.Expect(page.Locator(".brand img")).ToHaveJSPropertyAsync("complete", true);
        Assert.True(await page.Locator(".brand img").EvaluateAsync<bool>("image => image.naturalWidth > 0"));
        await shopper.IsAccessibleAsync("a branded checkout");
        await page.SetViewportSizeAsync(320, 640);
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        await shopper.IsAccessibleAsync("paid, with a countdown");
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Stay here" }).ClickAsync();

        await Assertions.Expect(page.Locator(".leaving")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("You stay on this page.");
        await Assertions.Expect(shopper.Heading).ToBeFocusedAsync();
        await page.GetByText("Back to the shop").ClickAsync();
        await page.IsAtAsync($"{App.ShopOrigin}/thanks?**");

        await page.GotoAsync("/checkout/open?token=unknown");
        Assert.Equal($"{replica.Web}checkout/link", page.Url);
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("This link opens no order");
        await shopper.IsAccessibleAsync("a link that opens no order");
        Assert.Equal(0, await page.Locator("a[href='/']").CountAsync());
    }

    async Task ServeShopAsync(IPage page) => await page.RouteAsync(
        $"{App.ShopOrigin}/**", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<title>Shop</title>text" }));
}
