using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>Limits per client address stop card testing (trying stolen cards) before PaymentApi or Stripe is called.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class RateLimitTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task Too_many_payments_orders_and_links_from_one_address_are_refused()
    {
        await using var replica = await Replica.StartAsync(App,
            ("RateLimits__pay__Permits", "1"), ("RateLimits__checkout__Permits", "2"), ("RateLimits__checkout-link__Permits", "1"));
        var first = await ShopperAsync(web: replica.Web);
        await first.OrderAsync();
        await first.PayAsync("pm_card_visa_chargeDeclined");
        await first.SeesAsync("declined");
        var second = await ShopperAsync(web: replica.Web);
        await second.OrderAsync();

        await second.PayAsync();

        await second.SeesAsync("declined");
        await Assertions.Expect(second.Page.Locator(".notice-title"))
            .ToHaveTextAsync("There were too many attempts in a short time. Please wait a minute.");

        await second.AddAsync();
        await second.Page.GotoAsync("/checkout");
        await second.Page.Locator("form.checkout button").ClickAsync();
        await second.Page.IsAtAsync("**/checkout?problem=rate_limited");
        await Assertions.Expect(second.Page.Locator(".notice")).ToContainTextAsync("There were too many attempts in a short time.");

        await first.Page.GotoAsync("/checkout/open?token=guessed");
        await Assertions.Expect(first.Heading).ToHaveTextAsync("This link opens no order");
        await first.Page.GotoAsync("/checkout/open?token=guessed");
        await first.Page.IsAtAsync("**/checkout/link?problem=rate_limited");
        await Assertions.Expect(first.Page.Locator(".lead")).ToContainTextAsync("There were too many attempts in a short time.");
    }
}
