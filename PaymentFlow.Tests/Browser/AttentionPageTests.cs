using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Tests.Integration.Webhooks;

namespace PaymentFlow.Tests.Browser;

/// <summary>The page of what needs attention. Other tests cause items at the same time.</summary>
[Collection(nameof(MoreConsolePages))]
public sealed class AttentionPageTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task A_dispute_a_failing_webhook_and_a_dead_letter_appear_by_themselves_with_their_next_steps()
    {
        await using OrdersApp orders = new(App);
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.GotoAsync("/operator/attention");
        await somebody.IsLiveAsync();
        await page.EvaluateAsync("() => window.samePage = true");

        var customer = await Customer.OrdersAsync(App);
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);
        var intent = (await new BackOffice(App.App).PaymentAsync(payment))["paymentIntent"];
        using (var opened = await orders.Http.PostAsJsonAsync(
            new Uri(App.StripeSandbox, "/_sandbox/disputes"), new { payment_intent = intent }, Token))
        {
            var dispute = await opened.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(Token);
            var row = page.Locator($"[data-kind=dispute_open] tr[data-item={dispute!["id"]}]");
            await Assertions.Expect(row).ToContainTextAsync("needs an answer");
            await Assertions.Expect(row).ToContainTextAsync("Answer by");
            await Assertions.Expect(row).ToContainTextAsync("$36.00");
            await Assertions.Expect(row.Locator($"a[href='/operator/orders/{customer.OrderId}']").First).ToBeVisibleAsync();
        }

        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(500));
        await using var endpoint = await MerchantEndpoint.CreateAsync(orders, shop.Url, "order.canceled");
        var canceled = await orders.CreateAsync();
        await orders.AsCustomerAsync(canceled, HttpMethod.Post, $"/orders/{canceled.Id}/cancel");
        await shop.GotAsync(received => received.OrderId == $"{canceled.Id}");
        await Assertions.Expect(page.Locator($"[data-kind=webhook_failing] tr[data-item='{endpoint.Id}']")).ToContainTextAsync(shop.Url);
        // As after the last of the tries, which takes days.
        var delivery = await orders.QueryAsync<Guid>(
            "UPDATE webhook_deliveries SET state = 'failed' WHERE endpoint_id = $1 RETURNING id", endpoint.Id);
        shop.Answer = null;
        var lost = await orders.LosePaymentAsync();
        var letter = page.Locator($"[data-kind=dead_letter] tr[data-item='{lost.EventId}']");
        await Assertions.Expect(letter).ToContainTextAsync("no such order", new() { IgnoreCase = true });
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
        await Assertions.Expect(page.Locator("[data-empty]")).ToHaveCountAsync(0);
        await somebody.IsAccessibleAsync("attention");

        // Each next step works, and leads back to the list, from which its row has gone.
        await DoAsync(page.Locator($"[data-kind=webhook_not_delivered] tr[data-item='{delivery}']"), "Send again");
        await shop.GotAsync(received => received.OrderId == $"{canceled.Id}" && shop.Received.Count > 1);
        await orders.RestoreAsync(lost.OrderId);
        await DoAsync(letter, "Replay");
        await orders.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", lost.OrderId);
        await Assertions.Expect(page.Locator(".console-menu a[href='/operator/attention'] .attention-count")).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(360, 800);
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= 360"), "The page scrolls sideways.");
        Assert.Empty(somebody.Complaints);

        async Task DoAsync(ILocator row, string verb)
        {
            await row.Locator("input[name=sure]").CheckAsync();
            await row.GetByRole(AriaRole.Button, new() { Name = verb }).ClickAsync();
            await page.IsAtAsync("**/operator/attention?said=done");
            await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("Done.");
            await Assertions.Expect(row).ToHaveCountAsync(0);
        }
    }
}
