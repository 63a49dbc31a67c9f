using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// With a publishable key the card is Stripe's business. Stripe.js itself can't be loaded in a test, so a script of the same
/// calls stands in for it at its address; the rest, with the browser's own content security policy, is real.
/// </summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class StripeElementTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    const string StripeJs = """
        window.Stripe = key => ({
          elements: options => ({
            options,
            submit: async () => document.querySelector("#card").value === "" ? { error: { message: "Your card number is incomplete." } } : {},
            create: type => ({ mount: host => host.innerHTML = `<label for="card">Card of ${key}, ${type}, ${options.amount} ${options.currency}</label><input id="card">` }),
          }),
          createPaymentMethod: async () => ({ paymentMethod: { id: document.querySelector("#card").value } }),
        });
        """;

    [Fact]
    public async Task The_payment_element_makes_the_payment_method_and_the_order_is_paid_by_it()
    {
        await using var replica = await Replica.StartAsync(App, ("Stripe__PublishableKey", "pk_test_ours"));
        var shopper = await ShopperAsync(web: replica.Web);
        var page = shopper.Page;
        await page.RouteAsync("https://js.stripe.com/**", route => route.FulfillAsync(new() { ContentType = "text/javascript", Body = StripeJs }));
        await shopper.OrderAsync();
        await page.GetByText("Card of pk_test_ours, payment, 1800 usd").WaitForAsync();

        await shopper.PayButton.ClickAsync();
        await Assertions.Expect(page.Locator(".field-error")).ToHaveTextAsync("Your card number is incomplete.");
        await page.Locator("#card").FillAsync("pm_card_visa_chargeDeclined");
        await shopper.PayButton.ClickAsync();
        await shopper.SeesAsync("declined");
        await page.Locator("#card").FillAsync("pm_card_visa");
        await shopper.PayButton.ClickAsync();

        await shopper.SeesAsync("paid");
    }
}
