using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>A customer buys in the shop and pays, and the pages show each state.</summary>
public sealed class PurchaseTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_customer_buys_something_and_the_page_turns_paid_without_a_reload_or_a_poll()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        var handshakes = await HandshakesAsync(page);
        await shopper.OrderAsync(0, 1);
        await page.EvaluateAsync("() => window.samePage = true");
        ConcurrentQueue<string> traffic = [];
        page.Request += (_, request) =>
        {
            if (request.ResourceType is "document" or "fetch" or "xhr" or "eventsource") traffic.Enqueue($"{request.Method} {request.Url}");
        };
        page.FrameNavigated += (_, frame) => traffic.Enqueue($"navigated to {frame.Url}");

        await shopper.PayAsync();
        await shopper.SeesAsync("paid");

        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Your order is paid");
        await Assertions.Expect(shopper.Heading).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[role=status][aria-live=polite]").First).ToHaveTextAsync("Your order is paid");
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
        Assert.Empty(traffic);
        Assert.Equal([101], handshakes);
        Assert.Empty(shopper.Complaints);
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1")
        {
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(Repository.Folder, "docs", "images", "paid.png"),
                Animations = ScreenshotAnimations.Disabled,
            });
        }
    }

    [Fact]
    public async Task An_open_page_turns_paid_when_another_client_pays()
    {
        var shopper = await ShopperAsync();
        var customer = await Customer.OrdersAsync(App);
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.SeesAsync("pay");

        await customer.PayAsync();

        await shopper.SeesAsync("paid");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Your order is paid");
    }

    [Fact]
    public async Task An_open_page_turns_paid_when_another_tab_pays()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();
        var other = new Shopper(await shopper.Page.Context.NewPageAsync());
        await other.Page.GotoAsync(shopper.Page.Url);
        await other.IsLiveAsync();

        await other.PayAsync();

        await shopper.SeesAsync("paid");
        await other.SeesAsync("paid");
    }

    [Fact]
    public async Task A_double_click_on_Pay_charges_once()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();

        // A script clicks twice, so that both clicks are sent before the first is answered.
        await shopper.Page.EvaluateAsync("() => { const pay = document.querySelector('.pay-button'); pay.click(); pay.click(); }");

        await shopper.SeesAsync("paid");
        Assert.Single(await ChargesAsync(shopper.OrderId));
        Assert.Empty(shopper.Complaints);
    }

    [Fact]
    public async Task Two_tabs_that_pay_at_once_charge_once()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();
        var other = new Shopper(await shopper.Page.Context.NewPageAsync());
        await other.Page.GotoAsync(shopper.Page.Url);
        await other.IsLiveAsync();
        await Assertions.Expect(other.PayButton).ToBeEnabledAsync();

        // One message clicks both buttons. Two separate clicks could be so far apart that the first payment removes the second button.
        await other.Page.EvaluateAsync(
            "() => { new BroadcastChannel('pay').onmessage = () => document.querySelector('.pay-button').click(); }");
        await shopper.Page.EvaluateAsync(
            "() => { new BroadcastChannel('pay').postMessage('both'); document.querySelector('.pay-button').click(); }");

        var paid = shopper.Page.Locator("[data-screen=paid], [data-screen=already-paid]");
        await paid.WaitForAsync();
        await other.Page.Locator("[data-screen=paid], [data-screen=already-paid]").WaitForAsync();
        Assert.Single(await ChargesAsync(shopper.OrderId));
    }

    [Fact]
    public async Task A_declined_card_is_explained_and_the_next_one_pays()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();

        await shopper.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        await shopper.SeesAsync("declined");

        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("The payment did not go through");
        await Assertions.Expect(shopper.Heading).ToBeFocusedAsync();
        await Assertions.Expect(shopper.Page.Locator(".notice-title")).ToHaveTextAsync("There is not enough money on the card.");
        Assert.Empty(await ChargesAsync(shopper.OrderId));

        await shopper.PayAsync();

        await shopper.SeesAsync("paid");
        Assert.Single(await ChargesAsync(shopper.OrderId));
    }

    [Fact]
    public async Task A_slow_payment_shows_that_the_bank_is_still_confirming()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();

        await shopper.PayAsync("pm_usBankAccount_processing");

        await shopper.SeesAsync("confirming");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("We are confirming with your bank");
        // The second question concerns the same payment. It is not refused and starts no new payment.
        await shopper.Page.GetByText("Ask again").ClickAsync();
        await shopper.SeesAsync("confirming");
        await Assertions.Expect(shopper.Page.Locator(".notice-title")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_order_that_was_paid_before_says_so_and_offers_no_second_payment()
    {
        var shopper = await ShopperAsync();
        var customer = await Customer.OrdersAsync(App);
        using var live = await customer.WatchAsync();
        await customer.PayAsync();
        await live.UntilAsync("paid");

        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);

        await shopper.SeesAsync("already-paid");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("This order is already paid");
        await Assertions.Expect(shopper.PayButton).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_order_of_another_browser_is_unknown_here()
    {
        var owner = await ShopperAsync();
        await owner.OrderAsync();
        var stranger = await ShopperAsync();

        var response = await stranger.Page.GotoAsync(owner.Page.Url);

        Assert.Equal(404, response!.Status);
        await stranger.SeesAsync("unknown");
        await Assertions.Expect(stranger.Heading).ToHaveTextAsync("We don’t know this order");
    }

    [Fact]
    public async Task The_basket_changes_quantities_removes_items_and_updates_the_total()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        await shopper.AddAsync(0);
        await shopper.AddAsync(1);
        var total = page.Locator(".basket .total strong");
        await Assertions.Expect(total).ToHaveTextAsync("$32.50");

        await page.GetByRole(AriaRole.Button, new() { Name = "One more: Stoneware mug" }).ClickAsync();
        await Assertions.Expect(total).ToHaveTextAsync("$50.50");
        await page.GetByRole(AriaRole.Button, new() { Name = "One less: Stoneware mug" }).ClickAsync();
        await Assertions.Expect(total).ToHaveTextAsync("$32.50");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove: Stoneware mug" }).ClickAsync();

        await Assertions.Expect(total).ToHaveTextAsync("$14.50");
        await Assertions.Expect(page.Locator(".basket .lines > li")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_keyboard_alone_buys_and_pays()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        await page.GotoAsync("/");

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("main")).ToBeFocusedAsync();

        await PressAsync(page.Locator(".product form button").First);
        await page.Locator(".basket .lines > li").WaitForAsync();
        await PressAsync(page.Locator(".basket a.button"));
        await PressAsync(page.Locator("form.checkout button"));
        await shopper.IsLiveAsync();
        await Assertions.Expect(shopper.PayButton).ToBeEnabledAsync();
        await TabToAsync(page.Locator("input[value=pm_card_visa]"));
        // The arrow keys move between the visible cards.
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("input[value=pm_card_threeDSecure2Required]")).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(page.Locator("input[value=pm_card_visa]")).ToBeCheckedAsync();
        await PressAsync(shopper.PayButton);

        await shopper.SeesAsync("paid");
        await Assertions.Expect(shopper.Heading).ToBeFocusedAsync();

        async Task PressAsync(ILocator target)
        {
            await TabToAsync(target);
            await page.Keyboard.PressAsync("Enter");
        }

        async Task TabToAsync(ILocator target)
        {
            for (var presses = 0; presses < 80; presses++)
            {
                if (await target.EvaluateAsync<bool>("element => element === document.activeElement")) return;
                await page.Keyboard.PressAsync("Tab");
            }
            Assert.Fail("The keyboard does not reach the element.");
        }
    }

    [Fact]
    public async Task The_orders_secret_is_in_no_page_or_address_and_hidden_from_scripts()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        var customer = await Customer.OrdersAsync(App);
        ConcurrentQueue<string> addresses = [];
        page.Request += (_, request) => addresses.Enqueue(request.Url);

        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        var response = await page.ReloadAsync();

        Assert.DoesNotContain(customer.Secret, await response!.TextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(customer.Secret, await page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(addresses, address => address.Contains(customer.Secret, StringComparison.Ordinal));
        Assert.Equal("", await page.EvaluateAsync<string>("() => document.cookie"));
        var cookie = Assert.Single(await page.Context.CookiesAsync([page.Url]), cookie => cookie.Name == "paymentflow.order");
        Assert.True(cookie is { HttpOnly: true, Secure: true, SameSite: SameSiteAttribute.Lax });
        Assert.DoesNotContain(customer.Secret, cookie.Value, StringComparison.Ordinal);
        Assert.Equal($"/orders/{customer.OrderId}", cookie.Path);
    }

    async Task<IReadOnlyList<JsonElement>> ChargesAsync(Guid orderId)
    {
        using HttpClient http = new();
        var ledger = JsonSerializer.Deserialize<List<JsonElement>>(
            await http.GetStringAsync(new Uri(App.StripeSandbox, "/_sandbox/charges"), Token))!;
        return [.. ledger.Where(charge =>
            charge.GetProperty("metadata").TryGetProperty("order_id", out var id) && id.GetString() == orderId.ToString())];
    }

    /// <summary>The HTTP statuses of the page's WebSocket handshakes.</summary>
    static async Task<ConcurrentQueue<int>> HandshakesAsync(IPage page)
    {
        ConcurrentQueue<int> statuses = [];
        var network = await page.Context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        network.Event("Network.webSocketHandshakeResponseReceived").OnEvent += (_, received) =>
            statuses.Enqueue(received!.Value.GetProperty("response").GetProperty("status").GetInt32());
        return statuses;
    }
}
