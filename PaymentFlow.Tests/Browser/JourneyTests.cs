using System.Net;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>An operator opens one order and reads its journey.</summary>
public sealed class JourneyTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task The_journey_of_a_paid_order_is_complete_and_in_order()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        var page = await SignedInAsync();

        await page.Page.Locator("#search").FillAsync(shopper.OrderId.ToString());
        await page.Page.GetByText("Find").ClickAsync();
        await page.Page.IsAtAsync($"**/operator/orders/{shopper.OrderId}");
        // The delivery check runs some time after the publishing (Delivery:CheckAfter).
        var kinds = await KindsWithAsync(page.Page, "event.checked", "pushed.page");

        string[] way =
        [
            "order.created", "payment.accepted", "attempt.started", "attempt.succeeded", "payment.succeeded", "event.consumed",
            "order.paid", "event.checked",
        ];
        Assert.Equal(way, kinds.Where(way.Contains));
        Assert.Contains("event.published", kinds);
        await Assertions.Expect(page.Page.Locator("tr[data-kind='pushed.page']")).ToContainTextAsync("Shown on 1 page");
        await Assertions.Expect(page.Page.Locator("[data-status]")).ToHaveTextAsync("Paid");
        // One trace covers all steps from the click on Pay to the order.
        var trace = await page.Page.Locator("tr[data-kind='payment.succeeded'] code").TextContentAsync();
        Assert.Matches("^[0-9a-f]{32}$", trace);
        await Assertions.Expect(page.Page.Locator("tr[data-kind='order.paid'] code")).ToHaveTextAsync(trace!);
        await page.IsAccessibleAsync("journey");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_journey_shows_a_decline_a_second_attempt_and_a_refund()
    {
        var customer = await Customer.OrdersAsync(App);
        using var live = await customer.WatchAsync();
        await customer.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        var paid = await customer.PayAsync();
        var refunded = await new BackOffice(App.App, "Anna").RefundAsync(Guid.Parse(paid["paymentId"]!));
        Assert.Equal(HttpStatusCode.OK, refunded.Status);

        var page = await SignedInAsync();
        await page.Page.GotoAsync($"/operator?q={customer.Order["reference"]}");
        await page.Page.IsAtAsync($"**/operator/orders/{customer.OrderId}");
        var kinds = await KindsWithAsync(page.Page, "order.refunded", "pushed.socket", "webhook.received");

        Assert.Equal(
            ["attempt.started", "attempt.failed", "attempt.started", "attempt.succeeded", "refund.requested", "refund.succeeded"],
            kinds.Where(kind =>
                kind.StartsWith("attempt.", StringComparison.Ordinal) || kind.StartsWith("refund.", StringComparison.Ordinal)));
        await Assertions.Expect(page.Page.Locator("tr[data-kind='attempt.failed']")).ToContainTextAsync("insufficient_funds");
        await Assertions.Expect(page.Page.Locator("tr[data-kind=operator]")).ToContainTextAsync("Anna");
        await Assertions.Expect(page.Page.Locator("[data-status]")).ToHaveTextAsync("Refunded");
    }

    [Fact]
    public async Task The_console_opens_only_with_the_operator_key()
    {
        var shopper = await ShopperAsync();
        await shopper.Page.GotoAsync($"/operator/orders/{Guid.CreateVersion7()}");
        await shopper.Page.IsAtAsync("**/operator/sign-in?ReturnUrl=**");
        await shopper.Page.Locator("#key").FillAsync("wrong");
        await shopper.Page.GetByText("Sign in", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(shopper.Page.Locator("[role=alert]")).ToContainTextAsync("That is not the key.");
        await shopper.IsAccessibleAsync("sign-in");
        await shopper.Page.GotoAsync("/operator");
        await shopper.Page.IsAtAsync("**/operator/sign-in?ReturnUrl=**");

        // With the key, the operator reaches the requested page and can sign out.
        await shopper.Page.GotoAsync("/operator?q=no-such-order");
        await shopper.Page.Locator("#key").FillAsync(App.OperatorKey);
        await shopper.Page.GetByText("Sign in", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(shopper.Page.Locator(".empty")).ToHaveTextAsync("No order, payment or PaymentIntent matches.");
        await shopper.Page.GetByText("Sign out").ClickAsync();
        await shopper.Page.IsAtAsync("**/operator/sign-in");
        await shopper.Page.GotoAsync("/operator");
        await shopper.Page.IsAtAsync("**/operator/sign-in?ReturnUrl=**");
    }
}
