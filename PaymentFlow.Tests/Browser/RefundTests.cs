using System.Net.Http.Json;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>An operator refunds a payment, and the customer's open page shows it.</summary>
public sealed class RefundTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Theory]
    [InlineData("en-US", "Your payment was refunded", "$36.00 is on the way back to you.")]
    [InlineData("ru-RU", "Оплата возвращена", "36,00 $")]
    public async Task A_refund_shows_on_the_open_page(string locale, string heading, string text)
    {
        var (shopper, paymentId) = await PaidAsync(locale);

        await RefundAsync(paymentId, null);

        await shopper.SeesAsync("refunded");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync(heading);
        await Assertions.Expect(shopper.Heading).ToBeFocusedAsync();
        await Assertions.Expect(shopper.Page.Locator(".lead")).ToContainTextAsync(text);
        await shopper.IsAccessibleAsync("refunded");
        await AssertNotReloadedAsync(shopper);
    }

    [Fact]
    public async Task Refunds_in_parts_add_up_on_the_open_page()
    {
        var (shopper, paymentId) = await PaidAsync("en-US");

        await RefundAsync(paymentId, 1000);
        await shopper.SeesAsync("partially-refunded");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("A part of your payment was refunded");
        await Assertions.Expect(shopper.Page.Locator(".lead")).ToContainTextAsync("$10.00 is on the way back to you.");
        await shopper.IsAccessibleAsync("partially refunded");
        await RefundAsync(paymentId, 250);
        await Assertions.Expect(shopper.Page.Locator(".lead")).ToContainTextAsync("$12.50 is on the way back to you.");
        await RefundAsync(paymentId, null);

        await shopper.SeesAsync("refunded");
        await Assertions.Expect(shopper.Page.Locator(".lead")).ToContainTextAsync("$36.00 is on the way back to you.");
        await AssertNotReloadedAsync(shopper);
        await shopper.Page.ReloadAsync();
        await shopper.SeesAsync("refunded");
    }

    async Task<(Shopper Shopper, Guid PaymentId)> PaidAsync(string locale)
    {
        var customer = await Customer.OrdersAsync(App);
        var shopper = await ShopperAsync(locale);
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        var paid = await customer.PayAsync();
        await shopper.SeesAsync("paid");
        await shopper.Page.EvaluateAsync("() => window.samePage = true");
        return (shopper, Guid.Parse(paid["paymentId"]!));
    }

    async Task RefundAsync(Guid paymentId, long? amount)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(App.PaymentApi, $"/payments/{paymentId}/refunds"))
        {
            Content = JsonContent.Create(amount is null ? new { } : (object)new { amount }),
        };
        request.Headers.Add("X-Operator-Key", App.OperatorKey);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await http.SendAsync(request, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    static async Task AssertNotReloadedAsync(Shopper shopper) =>
        Assert.True(await shopper.Page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
}
