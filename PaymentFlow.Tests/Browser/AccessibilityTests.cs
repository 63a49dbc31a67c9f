using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>Checks every page with axe, in every state that a customer can reach.</summary>
public sealed class AccessibilityTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    // Positions of products in the shop: the first has a price in dollars, the seventh in euros.
    const int InDollars = 0;
    const int InEuros = 6;

    [Fact]
    public async Task Every_page_in_every_state_passes_axe()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;

        await page.GotoAsync("/");
        await CheckAsync("empty shop");
        await page.GotoAsync("/checkout");
        await CheckAsync("empty checkout");
        await shopper.AddAsync(InDollars);
        await CheckAsync("shop");
        await shopper.AddAsync(InEuros);
        await CheckAsync("basket in two currencies");
        await page.GotoAsync("/checkout?problem=mixed_currencies");
        await CheckAsync("refused checkout");
        await page.Locator("button.link").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".lines > li")).ToHaveCountAsync(1);
        await page.GotoAsync("/checkout");
        await CheckAsync("checkout");

        await page.Locator("form.checkout button").ClickAsync();
        await shopper.IsLiveAsync();
        await Assertions.Expect(shopper.PayButton).ToBeEnabledAsync();
        await CheckAsync("awaiting payment");
        await page.Locator("details > summary").ClickAsync();
        await CheckAsync("all test cards");
        await shopper.PayAsync("pm_card_visa_chargeDeclined");
        await shopper.SeesAsync("declined");
        await CheckAsync("declined");
        await shopper.StayFromTheBankAsync();
        await shopper.PayAsync("pm_card_threeDSecure2Required");
        await shopper.SeesAsync("bank");
        await CheckAsync("3-D Secure");
        await page.Locator(".actions button").ClickAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        await CheckAsync("paid");
        await page.ReloadAsync();
        await shopper.SeesAsync("already-paid");
        await CheckAsync("already paid");

        await shopper.OrderAsync(InDollars);
        await shopper.PayAsync("pm_usBankAccount_processing");
        await shopper.SeesAsync("confirming");
        await CheckAsync("confirming");

        await shopper.OrderAsync(InDollars);
        await page.Locator(".cancel-order .link").ClickAsync();
        await CheckAsync("asked whether to cancel");
        await page.Locator(".cancel-order .danger").ClickAsync();
        await shopper.SeesAsync("canceled");
        await CheckAsync("canceled");

        await page.GotoAsync($"/orders/{Guid.CreateVersion7()}");
        await shopper.SeesAsync("unknown");
        await CheckAsync("unknown order");
        await page.GotoAsync("/nothing-here");
        await CheckAsync("unknown page");

        async Task CheckAsync(string state)
        {
            Assert.Equal("en", await page.Locator("html").GetAttributeAsync("lang"));
            await shopper.IsAccessibleAsync(state);
        }
    }

    /// <summary>Languages differ only in texts, so one page with a notice stands for all pages.</summary>
    [Fact]
    public async Task A_page_in_Russian_passes_axe()
    {
        var shopper = await ShopperAsync("ru-RU");
        await shopper.OrderAsync(InDollars);
        await shopper.PayAsync("pm_card_visa_chargeDeclined");
        await shopper.SeesAsync("declined");

        Assert.Equal("ru", await shopper.Page.Locator("html").GetAttributeAsync("lang"));
        await shopper.IsAccessibleAsync("declined, in Russian");
    }

    [Fact]
    public async Task No_page_is_wider_than_a_phone_and_a_finger_hits_every_control()
    {
        var shopper = await ShopperAsync("ru-RU");
        var page = shopper.Page;
        // WCAG 1.4.10 requires a width of 320 CSS pixels. A window of 1280 pixels has this width at a zoom of 400 %.
        await page.SetViewportSizeAsync(320, 640);

        await shopper.AddAsync(InDollars);
        await CheckAsync("shop");
        await page.GotoAsync("/checkout");
        await CheckAsync("checkout");
        await shopper.OrderAsync(1);
        await CheckAsync("awaiting payment");
        await shopper.PayAsync("pm_card_visa_chargeDeclined");
        await shopper.SeesAsync("declined");
        await CheckAsync("declined");
        await shopper.StayFromTheBankAsync();
        await shopper.PayAsync("pm_card_threeDSecure2Required");
        await shopper.SeesAsync("bank");
        await CheckAsync("3-D Secure");
        await page.Locator(".actions button").ClickAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        await CheckAsync("paid");

        async Task CheckAsync(string state)
        {
            Assert.True(
                await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{state} scrolls sideways.");
            // WCAG 2.5.5: 44 CSS pixels. A radio button is hit by its label.
            var small = await page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll("button, a.button, a.brand, a.quiet, summary, label.choice")]
                  .map(e => [e, e.getBoundingClientRect()])
                  .filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 44))
                  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)
                """);
            Assert.True(small.Length == 0, $"{state}: {string.Join('\n', small)}");
        }
    }
}
