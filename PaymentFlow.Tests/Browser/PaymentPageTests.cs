using System.Globalization;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Tests.Integration.Webhooks;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// The operator's actions on the page of one payment. Each action states its effect before, and shows its result afterwards.
/// </summary>
public sealed class PaymentPageTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task An_operator_refunds_a_part_in_English_and_another_in_Russian()
    {
        var paid = await Customer.OrdersAsync(App);
        await paid.PayAsync();
        var somebody = await SignedInAsync();
        var page = somebody.Page;

        await page.GotoAsync($"/operator/orders/{paid.OrderId}");
        await Assertions.Expect(page.Locator(".payment-facts")).ToContainTextAsync("Visa ···· 4242");
        await page.Locator("#amount").FillAsync("5,00");
        await page.Locator("#reason").SelectOptionAsync("duplicate");
        await ClickAsync(page, "Refund…");
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync("Refund $5.00?");
        await Assertions.Expect(page.Locator(".effect")).ToHaveTextAsync("Refund $5.00 of $36.00 to the customer. $31.00 stay.");
        await Assertions.Expect(page.Locator(".confirm")).ToContainTextAsync("charged twice");
        // The same form twice is one refund.
        await page.EvaluateAsync("""
            async () => {
              const form = document.querySelector("form.ask-actions");
              await fetch(form.action, { method: "POST", body: new FormData(form) });
            }
            """);
        await ClickAsync(page, "Refund $5.00");
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("$5.00 were refunded to the customer. $31.00 stay.");
        await KindsWithAsync(page, "refund.succeeded", "order.partially_refunded");
        await Assertions.Expect(page.Locator("[data-status]")).ToHaveTextAsync("Partially refunded");
        await Assertions.Expect(page.Locator(".payment-refunds li")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("tr[data-kind='refund.requested']")).ToContainTextAsync("$5.00, duplicate");
        await Assertions.Expect(page.Locator("tr[data-kind=operator]").First).ToContainTextAsync("payment.refund by Anna");

        await page.Locator("#amount").FillAsync("31.01");
        await ClickAsync(page, "Refund…");
        await Assertions.Expect(page.Locator("[role=alert]")).ToHaveTextAsync("Only $31.00 are left.");
        await page.Locator("#amount").FillAsync("1.2.3");
        await ClickAsync(page, "Refund…");
        await Assertions.Expect(page.Locator("[role=alert]")).ToHaveTextAsync("This is no amount in USD, such as $31.00.");
        await somebody.IsAccessibleAsync("wrong amount");
        // Where a refund without an answer leads: the form has the same key, so it is the same refund, also if nothing is left by now.
        var key = Guid.CreateVersion7();
        await page.GotoAsync($"/operator/orders/{paid.OrderId}/confirm?act=refund&amount=36.00&reason=duplicate&key={key}");
        await Assertions.Expect(page.Locator("[role=alert]")).ToContainTextAsync("Sending this form again is the same refund");
        await Assertions.Expect(page.Locator("input[name=key]")).ToHaveValueAsync($"{key}");
        await Assertions.Expect(page.Locator("input[name=amount]")).ToHaveValueAsync("3600");

        Assert.Empty(somebody.Complaints);

        somebody = await ShopperAsync("ru-RU", session: await page.Context.StorageStateAsync());
        page = somebody.Page;
        await page.GotoAsync($"/operator/orders/{paid.OrderId}");
        await page.Locator("#amount").FillAsync("2,50");
        await ClickAsync(page, "Вернуть…");
        await Assertions.Expect(page.Locator(".effect")).ToHaveTextAsync(
            "Клиенту вернётся 2,50 $ из 36,00 $. Раньше возвращено 5,00 $; останется 28,50 $.");
        await ClickAsync(page, "Вернуть 2,50 $");
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("Клиенту возвращено 2,50 $. Осталось 28,50 $.");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task An_operator_cancels_an_order_and_writes_a_note_without_JavaScript()
    {
        var open = await Customer.OrdersAsync(App);
        var page = (await ShopperAsync(session: await SessionAsync(), scripts: false)).Page;

        await page.GotoAsync($"/operator/orders/{open.OrderId}");
        await Assertions.Expect(page.Locator("tr[data-kind='order.created'] local-time")).ToContainTextAsync("UTC");
        await ClickAsync(page, "Cancel the order…");
        await Assertions.Expect(page.Locator(".effect")).ToHaveTextAsync(
            "Nothing was charged. The $36.00 of this order can never be paid afterwards.");
        await page.GetByText("Back without a change").ClickAsync();
        await ClickAsync(page, "Cancel the order…");
        await ClickAsync(page, "Cancel the order");
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("Its $36.00 can no longer be paid.");
        await KindsWithAsync(page, "order.canceled", "payment.canceled");
        await page.GotoAsync($"/operator/orders/{open.OrderId}/confirm?act=cancel");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("This is not possible in the order’s present state.");

        await page.GotoAsync($"/operator/orders/{open.OrderId}");
        await page.Locator("#note").FillAsync("<b>Called</b>\nback on Monday");
        await ClickAsync(page, "Add the note");
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("The note was added.");
        Assert.Equal("<b>Called</b>\nback on Monday", await page.Locator("[data-note] .note-text").TextContentAsync());
        await Assertions.Expect(page.Locator("[data-note]")).ToContainTextAsync("Anna");
        await Assertions.Expect(page.Locator("tr[data-kind=operator]").Last).ToContainTextAsync("order.note by Anna");
    }

    [Fact]
    public async Task An_operator_replays_the_dead_letters_of_one_order_and_sends_the_webhooks_of_another_again()
    {
        await using OrdersApp orders = new(App);
        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(500));
        await using var endpoint = await MerchantEndpoint.CreateAsync(orders, shop.Url, "order.paid");
        var paid = await Customer.OrdersAsync(App);
        await paid.PayAsync();
        var lost = await orders.LosePaymentAsync();
        await orders.RestoreAsync(lost.OrderId);
        var somebody = await SignedInAsync();
        var page = somebody.Page;

        // Another bulk replay may be in progress.
        await Eventually.TrueAsync(async () =>
        {
            await page.GotoAsync($"/operator/orders/{lost.OrderId}");
            await ClickAsync(page, "Replay…");
            await Assertions.Expect(page.Locator(".effect")).ToContainTextAsync("No money moves. Events to apply again: 1.");
            await ClickAsync(page, "Replay");
            await page.IsAtAsync($"**/operator/orders/{lost.OrderId}?said=**");
            return page.Url.EndsWith("said=replay", StringComparison.Ordinal);
        });
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("The events were applied. The order is now: Paid.");

        await orders.UntilAsync(1L, """
            WITH failed AS (
                UPDATE webhook_deliveries SET state = 'failed', next_at = now()
                WHERE order_id = $1 AND endpoint_id = $2 AND tries > 0 RETURNING id)
            SELECT count(*) FROM failed
            """, paid.OrderId, endpoint.Id);
        shop.Answer = null;
        var before = shop.Received.Count;
        await page.GotoAsync($"/operator/orders/{paid.OrderId}");
        await ClickAsync(page, "Send again…");
        await Assertions.Expect(page.Locator(".effect")).ToContainTextAsync("Events to send to the shop again: 1. ");
        await Assertions.Expect(page.Locator(".effect")).ToContainTextAsync("ship goods for $36.00.");
        await ClickAsync(page, "Send again");
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("The events are being sent to the shop again.");
        await Eventually.TrueAsync(() => shop.Received.Skip(before).Any(received => received.OrderId == $"{paid.OrderId}"));
        await KindsWithAsync(page, "webhook.delivered");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_picture_and_the_times_are_readable_by_keyboard_and_in_the_readers_zone()
    {
        var paid = await Customer.OrdersAsync(App);
        await paid.PayAsync();
        // A zone that differs from UTC in the minutes, too.
        var page = (await ShopperAsync(session: await SessionAsync(), zone: "Asia/Kolkata")).Page;
        await page.GotoAsync($"/operator/orders/{paid.OrderId}");
        await KindsWithAsync(page, "order.paid");

        var stripe = page.Locator(".wide-picture .hold.of-stripe").First;
        await stripe.FocusAsync();
        await Assertions.Expect(stripe.Locator(".value")).ToBeVisibleAsync();
        await Assertions.Expect(stripe.Locator(".value")).ToContainTextAsync("Stripe: ");
        await Assertions.Expect(page.Locator(".wide-picture .hold.of-kafka .value").First).ToBeHiddenAsync();
        await page.SetViewportSizeAsync(360, 740);
        await Assertions.Expect(page.Locator(".tall-picture .hold.of-stripe").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".wide-picture")).ToBeHiddenAsync();

        var time = page.Locator("tr[data-kind='order.created'] local-time");
        var at = DateTimeOffset.Parse((await time.GetAttributeAsync("datetime"))!, CultureInfo.InvariantCulture);
        Assert.Equal(at.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture), await time.GetAttributeAsync("title"));
        Assert.Contains(
            at.ToOffset(new TimeSpan(5, 30, 0)).ToString(":mm:ss.fff", CultureInfo.InvariantCulture),
            await time.EvaluateAsync<string>("one => one.shadowRoot.textContent"), StringComparison.Ordinal);
        // A change of the markup, as by a circuit or an enhanced navigation, changes the text.
        Assert.Contains("Jun 1", await time.EvaluateAsync<string>(
            "one => { one.setAttribute('datetime', '1999-06-01T00:00:00Z'); return one.shadowRoot.textContent; }"),
            StringComparison.Ordinal);
        // The sandbox has no page of a payment, unlike Stripe.
        await Assertions.Expect(page.Locator(".payment-header a[href*='stripe']")).ToHaveCountAsync(0);
    }

    async Task<string> SessionAsync() => await (await SignedInAsync()).Page.Context.StorageStateAsync();

    static Task ClickAsync(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
}
