using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Playwright;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>The operators' console: what happens now, how it is going, and what waits for them.</summary>
public sealed class ConsoleTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task Orders_show_as_they_are_made_and_paid_and_lead_to_their_journey()
    {
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await OpenAsync(somebody, "Live");
        await Assertions.Expect(page.Locator("main [role=status]")).ToHaveTextAsync("Following.");

        var customer = await Customer.OrdersAsync(App);
        await Assertions.Expect(RowOf(page, customer, "awaiting_payment")).ToContainTextAsync(customer.Order["reference"]!.GetValue<string>());
        await customer.PayAsync("pm_card_visa_chargeDeclined");
        await RowOf(page, customer, "payment_failed").WaitForAsync();
        await customer.PayAsync();
        await Assertions.Expect(RowOf(page, customer, "paid")).ToContainTextAsync("$");

        // Paused it stays as it is, and what came meanwhile shows when it goes on.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator("main [role=status]")).ToHaveTextAsync("Paused.");
        var rows = await page.Locator("tr[data-order]").CountAsync();
        var second = await Customer.OrdersAsync(App);
        await second.PayAsync();
        using (var watched = await second.WatchAsync()) await watched.UntilAsync("paid");
        Assert.Equal(rows, await page.Locator("tr[data-order]").CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await RowOf(page, second, "paid").WaitForAsync();
        // Other tests' orders must not push it off the page before it is clicked.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await somebody.IsAccessibleAsync("live");
        await PictureForDocsAsync(page, "live.png");

        await RowOf(page, second, "paid").Locator("a").ClickAsync();
        await page.WaitForURLAsync($"**/operator/orders/{second.OrderId}");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task Thousands_of_changes_at_once_leave_the_newest_hundred()
    {
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.GotoAsync("/operator/live");
        await somebody.IsLiveAsync();
        var order = Guid.CreateVersion7();
        const int Changes = 3_000;
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = App.KafkaBootstrap }).Build())
        {
            for (var version = 1; version <= Changes; version++)
            {
                OrderEvent update = new(order, "busy", version, "paid", null, version - 1, 100, 0, "usd", DateTimeOffset.UnixEpoch);
                CloudEvent envelope = new(update.EventId, "order.paid", "/test", DateTimeOffset.UnixEpoch, order.ToString(),
                    JsonSerializer.SerializeToUtf8Bytes(update, EventJson.Default.OrderEvent), null);
                producer.Produce(Topics.Orders, KafkaBinding.ToMessage(envelope, null));
            }
            producer.Flush(Token);
        }

        await page.Locator($"tr[data-order='{order}'][data-version='{Changes}']").WaitForAsync();
        Assert.InRange(await page.Locator("tr[data-order]").CountAsync(), 1, 100);
        // The circuit is alive: a press is heard.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator("main [role=status]")).ToHaveTextAsync("Paused.");
    }

    [Fact]
    public async Task The_figures_come_by_themselves_and_count_what_happens()
    {
        var customer = await Customer.OrdersAsync(App);
        await customer.PayAsync();
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await OpenAsync(somebody, "Figures");
        await page.Locator("[data-service=payment-api][data-state=here]").WaitForAsync();
        await page.Locator("[data-service=order-service][data-state=here]").WaitForAsync();
        foreach (var figure in new[] { "unacknowledged", "unknown", "lag", "dead-letters", "sockets" })
            await Assertions.Expect(page.Locator($"[data-figure={figure}] strong")).ToHaveTextAsync(new Regex("^[0-9,]+$"));
        await somebody.IsAccessibleAsync("figures");

        // Without a reload: the next ones count one more.
        await page.EvaluateAsync("() => window.samePage = true");
        var before = await SumAsync(page, "succeeded");
        await (await Customer.OrdersAsync(App)).PayAsync();
        await Eventually.TrueAsync(async () => await SumAsync(page, "succeeded") > before);
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was loaded anew.");
        await Assertions.Expect(page.Locator("[data-chart=succeeded] rect").First).ToBeAttachedAsync();
        await PictureForDocsAsync(page, "console.png");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task A_service_that_is_away_is_said_to_be_and_the_other_stays()
    {
        // Nobody listens there.
        await using var replica = await Replica.StartAsync(App, ("services__order-service__http__0", "http://localhost:1"));
        var somebody = await SignedInAsync(web: replica.Web);
        await somebody.Page.GotoAsync("/operator/figures");
        await somebody.Page.Locator("[data-service=order-service][data-state=away]").WaitForAsync();
        await Assertions.Expect(somebody.Page.Locator("[data-service=order-service] [role=alert]")).ToContainTextAsync("OrderService");
        await somebody.Page.Locator("[data-service=payment-api][data-state=here]").WaitForAsync();
        await somebody.IsAccessibleAsync("figures without OrderService");
    }

    [Fact]
    public async Task A_dead_letter_is_replayed_from_the_page_once_its_reason_is_gone()
    {
        await using OrdersApp orders = new(App);
        var lost = await orders.LosePaymentAsync();
        // A name that is no ASCII gets through to the record.
        var somebody = await SignedInAsync("Анна");
        var page = somebody.Page;

        await OpenAsync(somebody, "Dead letters");
        await FindAsync(page, lost.EventId);
        await Assertions.Expect(LetterOf(page, lost.EventId)).ToContainTextAsync("there is no such order");
        await somebody.IsAccessibleAsync("a dead letter");
        await ReplayAsync(page, lost.EventId);
        await Assertions.Expect(page.Locator("main [role=alert]")).ToContainTextAsync("Not done: replay refused.");
        await FindAsync(page, lost.EventId);

        await orders.RestoreAsync(lost.OrderId);
        await ReplayAsync(page, lost.EventId);
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("Done.");
        await Assertions.Expect(LetterOf(page, lost.EventId)).ToHaveCountAsync(0);
        await page.GotoAsync($"/operator/orders/{lost.OrderId}");
        await KindsWithAsync(page, "dead_letter", "dead_letter.replayed", "order.paid");
        await Assertions.Expect(page.Locator("tr[data-kind=operator]").First).ToContainTextAsync("dead_letter.replay by Анна");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_consoles_pages_lead_to_each_other_and_fit_on_a_phone()
    {
        var customer = await Customer.OrdersAsync(App);
        await customer.PayAsync();
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.SetViewportSizeAsync(320, 640);
        foreach (var name in new[] { "Live", "Figures", "Dead letters", "Search" })
        {
            await OpenAsync(somebody, name);
            await CheckAsync(name);
        }
        await page.GotoAsync($"/operator/orders/{customer.OrderId}");
        await CheckAsync("journey");

        async Task CheckAsync(string state)
        {
            if (state == "Figures") await page.Locator("[data-service=order-service][data-state=here]").WaitForAsync();
            Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{state} scrolls sideways.");
            await somebody.IsAccessibleAsync($"{state} on a phone");
        }
    }

    /// <summary>By the console's menu.</summary>
    static async Task OpenAsync(Shopper somebody, string name)
    {
        var link = somebody.Page.Locator(".console-menu").GetByText(name, new() { Exact = true });
        await link.ClickAsync();
        await Assertions.Expect(link).ToHaveAttributeAsync("aria-current", "page");
        if (name == "Live") await somebody.IsLiveAsync();
    }

    static ILocator RowOf(IPage page, Customer customer, string status) => page.Locator($"tr[data-order='{customer.OrderId}'][data-status={status}]");

    static ILocator LetterOf(IPage page, Guid id) => page.Locator($"tr[data-letter='{id}']");

    /// <summary>Other tests' letters may fill the pages before.</summary>
    static async Task FindAsync(IPage page, Guid id)
    {
        await page.GotoAsync("/operator/dead-letters");
        while (!await LetterOf(page, id).IsVisibleAsync())
            await page.GotoAsync((await page.GetByText("Next page").GetAttributeAsync("href"))!);
    }

    static async Task ReplayAsync(IPage page, Guid id)
    {
        await LetterOf(page, id).Locator("input[name=sure]").CheckAsync();
        await LetterOf(page, id).GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
    }

    static async Task<long> SumAsync(IPage page, string chart) =>
        long.Parse((await page.Locator($"[data-chart={chart}]").GetAttributeAsync("data-sum"))!, CultureInfo.InvariantCulture);
}
