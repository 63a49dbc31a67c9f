using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// With a publishable key, Stripe's element takes the card. Stripe.js cannot be loaded in a test, so the test serves a script with the same
/// functions at its address. All other parts are real, including the content security policy.
/// </summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class StripeElementTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    const string StripeJs = """
        window.Stripe = key => ({
          elements: options => ({
            options,
            submit: async () =>
              document.querySelector("#card").value === "" ? { error: { message: "Your card number is incomplete." } } : {},
            create: type => ({
              mount: host => host.innerHTML =
                `<label for="card">Card of ${key}, ${type}, ${options.amount} ${options.currency}</label><input id="card">`,
            }),
          }),
          createPaymentMethod: async () => ({ paymentMethod: { id: document.querySelector("#card").value } }),
        });
        """;

    [Fact]
    public async Task The_payment_element_creates_the_payment_method_that_pays_the_order()
    {
        await using var replica = await Replica.StartAsync(App, ("Stripe__PublishableKey", "pk_test_ours"));
        var shopper = await ShopperAsync(web: replica.Web);
        var page = shopper.Page;
        await page.RouteAsync(
            "https://js.stripe.com/**", route => route.FulfillAsync(new() { ContentType = "text/javascript", Body = StripeJs }));
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
