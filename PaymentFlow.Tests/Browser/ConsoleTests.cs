using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Playwright;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>The operators' console: live changes, statistics and dead letters.</summary>
public sealed class ConsoleTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task The_live_page_shows_orders_as_they_change_and_links_to_their_journey()
    {
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await OpenAsync(somebody, "Live");
        await Assertions.Expect(page.Locator("main [role=status]")).ToHaveTextAsync("Following.");

        var customer = await Customer.OrdersAsync(App);
        await Assertions.Expect(RowOf(page, customer, "awaiting_payment"))
            .ToContainTextAsync(customer.Order["reference"]!.GetValue<string>());
        await customer.PayAsync("pm_card_visa_chargeDeclined");
        await RowOf(page, customer, "payment_failed").WaitForAsync();
        await customer.PayAsync();
        await Assertions.Expect(RowOf(page, customer, "paid")).ToContainTextAsync("$");

        // A paused page does not change. Resume shows the changes that were made meanwhile.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator("main [role=status]")).ToHaveTextAsync("Paused.");
        var rows = await page.Locator("tr[data-order]").CountAsync();
        var second = await Customer.OrdersAsync(App);
        await second.PayAsync();
        using (var watched = await second.WatchAsync()) await watched.UntilAsync("paid");
        Assert.Equal(rows, await page.Locator("tr[data-order]").CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await RowOf(page, second, "paid").WaitForAsync();
        // Pause again, so that orders of other tests do not push this row off the page before the click.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await somebody.IsAccessibleAsync("live");
        await PictureForDocsAsync(page, "live.png");

        await RowOf(page, second, "paid").Locator("a").ClickAsync();
        await page.IsAtAsync($"**/operator/orders/{second.OrderId}");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_live_page_keeps_the_newest_hundred_of_thousands_of_changes()
    {
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.GotoAsync("/operator/live");
        await somebody.IsLiveAsync();
        var order = Guid.CreateVersion7();
        const int Changes = 3_000;
        var keys = App.EventKeys;
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = App.KafkaBootstrap }).Build())
        {
            for (var version = 1; version <= Changes; version++)
            {
                OrderEvent update = new(order, "busy", version, "paid", null, version - 1, 100, 0, "usd", DateTimeOffset.UnixEpoch);
                CloudEvent envelope = new(update.EventId, "order.paid", "/test", DateTimeOffset.UnixEpoch, order.ToString(),
                    JsonSerializer.SerializeToUtf8Bytes(update, EventJson.Default.OrderEvent), null);
                producer.Produce(Topics.Orders, KafkaBinding.ToMessage(Topics.Orders, envelope, null, keys));
            }
            producer.Flush(Token);
        }

        await page.Locator($"tr[data-order='{order}'][data-version='{Changes}']").WaitForAsync();
        Assert.InRange(await page.Locator("tr[data-order]").CountAsync(), 1, 100);
        // The circuit still responds to clicks.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator("main [role=status]")).ToHaveTextAsync("Paused.");
    }

    [Fact]
    public async Task The_statistics_update_without_a_reload_and_count_new_payments()
    {
        var customer = await Customer.OrdersAsync(App);
        await customer.PayAsync();
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await OpenAsync(somebody, "Statistics");
        await page.Locator("[data-service=payment-api][data-state=here]").WaitForAsync();
        await page.Locator("[data-service=order-service][data-state=here]").WaitForAsync();
        foreach (var figure in new[] { "unacknowledged", "unknown", "lag", "dead-letters", "sockets" })
            await Assertions.Expect(page.Locator($"[data-figure={figure}] strong")).ToHaveTextAsync(new Regex("^[0-9,]+$"));
        await somebody.IsAccessibleAsync("statistics");

        // The sum of successful payments rises without a reload.
        await page.EvaluateAsync("() => window.samePage = true");
        var before = await SumAsync(page, "succeeded");
        await (await Customer.OrdersAsync(App)).PayAsync();
        await Eventually.TrueAsync(async () => await SumAsync(page, "succeeded") > before);
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
        await Assertions.Expect(page.Locator("[data-chart=succeeded] rect").First).ToBeAttachedAsync();
        await PictureForDocsAsync(page, "console.png");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_statistics_name_a_service_that_is_away_and_still_show_the_other()
    {
        // No service listens at this address.
        await using var replica = await Replica.StartAsync(App, ("services__order-service__http__0", "http://localhost:1"));
        var somebody = await SignedInAsync(web: replica.Web);
        await somebody.Page.GotoAsync("/operator/statistics");
        await somebody.Page.Locator("[data-service=order-service][data-state=away]").WaitForAsync();
        await Assertions.Expect(somebody.Page.Locator("[data-service=order-service] [role=alert]")).ToContainTextAsync("OrderService");
        await somebody.Page.Locator("[data-service=payment-api][data-state=here]").WaitForAsync();
        await somebody.IsAccessibleAsync("statistics without OrderService");
    }

    [Fact]
    public async Task An_open_page_ends_when_the_operator_signs_out_in_another()
    {
        var somebody = await SignedInAsync();
        await OpenAsync(somebody, "Live");
        await Assertions.Expect(somebody.Page.Locator("main [role=status]")).ToHaveTextAsync("Following.");

        var other = await somebody.Page.Context.NewPageAsync();
        await other.GotoAsync("/operator");
        await other.GetByText("Sign out").ClickAsync();
        await other.IsAtAsync("**/operator/sign-in");

        await Assertions.Expect(somebody.Page.Locator("main [role=alert]")).ToContainTextAsync("Your session has ended.");
        await Assertions.Expect(somebody.Page.Locator("main [role=status]")).ToHaveTextAsync("Ended.");
    }

    [Fact]
    public async Task A_dead_letter_is_replayed_from_the_page_once_its_reason_is_gone()
    {
        await using OrdersApp orders = new(App);
        var lost = await orders.LosePaymentAsync();
        // A name with characters outside ASCII reaches the record.
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
    public async Task The_console_pages_link_to_each_other_and_fit_on_a_phone()
    {
        var customer = await Customer.OrdersAsync(App);
        await customer.PayAsync();
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.SetViewportSizeAsync(320, 640);
        foreach (var name in new[] { "Live", "Statistics", "Dead letters", "Search" })
        {
            await OpenAsync(somebody, name);
            await CheckAsync(name);
        }
        await page.GotoAsync($"/operator/orders/{customer.OrderId}");
        await CheckAsync("journey");

        async Task CheckAsync(string state)
        {
            if (state == "Statistics") await page.Locator("[data-service=order-service][data-state=here]").WaitForAsync();
            Assert.True(
                await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{state} scrolls sideways.");
            await somebody.IsAccessibleAsync($"{state} on a phone");
        }
    }

    /// <summary>Opens a page from the console's menu.</summary>
    static async Task OpenAsync(Shopper somebody, string name)
    {
        var link = somebody.Page.Locator(".console-menu").GetByText(name, new() { Exact = true });
        await link.ClickAsync();
        await Assertions.Expect(link).ToHaveAttributeAsync("aria-current", "page");
        if (name == "Live") await somebody.IsLiveAsync();
    }

    static ILocator RowOf(IPage page, Customer customer, string status) =>
        page.Locator($"tr[data-order='{customer.OrderId}'][data-status={status}]");

    static ILocator LetterOf(IPage page, Guid id) => page.Locator($"tr[data-letter='{id}']");

    /// <summary>Turns the pages until the dead letter is visible. Dead letters of other tests may fill the pages before it.</summary>
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
