using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Playwright;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// The console's first page: the list of payments. Tests filter by a currency of their own, because others pay at the same time.
/// </summary>
public sealed class PaymentsPageTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task A_payment_appears_while_the_page_is_open_and_changes_in_place()
    {
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.GotoAsync("/operator?currency=sek");
        await somebody.IsLiveAsync();
        await Assertions.Expect(page.Locator(".empty")).ToHaveTextAsync("No payment matches.");

        var customer = await Customer.OfMerchantAsync(App, Reference(), 1234_56, "sek", "Two tickets, =1+1");
        await customer.PayAsync("pm_card_visa_chargeDeclined");
        var row = RowOf(page, customer);
        await Assertions.Expect(row).ToHaveAttributeAsync("data-status", "failed");
        await Assertions.Expect(row).ToContainTextAsync("Failed");
        await row.EvaluateAsync("row => { window.kept = row; }");
        await customer.PayAsync("pm_card_mastercard");
        await Assertions.Expect(row).ToHaveAttributeAsync("data-status", "succeeded");
        var reference = customer.Order["reference"]!.ToString();
        foreach (var text in new[] { "SEK 1,234.56", "Succeeded", "Two tickets, =1+1", "Mastercard ···· 4444", reference })
            await Assertions.Expect(row).ToContainTextAsync(text);
        Assert.True(await row.EvaluateAsync<bool>("row => window.kept === row"), "The row was drawn anew.");
        await somebody.IsAccessibleAsync("payments");

        // While the pointer is among the rows, a new payment only announces itself.
        await row.HoverAsync();
        var second = await Customer.OfMerchantAsync(App, Reference(), 1000, "sek");
        await second.PayAsync();
        var button = page.GetByRole(AriaRole.Button, new() { Name = "Show new payments: 1" });
        await button.WaitForAsync();
        await Assertions.Expect(page.Locator("tr[data-payment]")).ToHaveCountAsync(1);
        // The change of a row appears all the same.
        await new BackOffice(App.App).RefundAsync(await PaymentOfAsync(page, customer), 56);
        await Assertions.Expect(row).ToContainTextAsync("SEK 0.56 refunded");
        await somebody.IsAccessibleAsync("new payments");
        await button.ClickAsync();
        await Assertions.Expect(page.Locator("tr[data-payment]").First).ToHaveAttributeAsync("data-order", $"{second.OrderId}");
        await Assertions.Expect(page.Locator("tr[data-payment]")).ToHaveCountAsync(2);
        await Assertions.Expect(button).ToHaveCountAsync(0);

        await row.Locator("a").ClickAsync();
        await page.IsAtAsync($"**/operator/orders/{customer.OrderId}");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_page_survives_thousands_of_changes_of_other_orders()
    {
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.GotoAsync("/operator?currency=dkk");
        await somebody.IsLiveAsync();
        const int Changes = 3_000;
        var keys = App.EventKeys;
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = App.KafkaBootstrap }).Build())
        {
            for (var i = 0; i < Changes; i++)
            {
                var order = Guid.CreateVersion7();
                OrderEvent update = new(order, "busy", 2, "paid", null, 1, 100, 0, "dkk", DateTimeOffset.UnixEpoch);
                CloudEvent envelope = new(update.EventId, "order.paid", "/test", DateTimeOffset.UnixEpoch, order.ToString(),
                    JsonSerializer.SerializeToUtf8Bytes(update, EventJson.Default.OrderEvent), null);
                producer.Produce(Topics.Orders, KafkaBinding.ToMessage(Topics.Orders, envelope, null, keys));
            }
            producer.Flush(Token);
        }
        var customer = await Customer.OfMerchantAsync(App, Reference(), 100_00, "dkk");
        await customer.PayAsync();

        await Assertions.Expect(RowOf(page, customer)).ToHaveAttributeAsync("data-status", "succeeded");
        await Assertions.Expect(page.Locator("[data-state=following]")).ToBeVisibleAsync();
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task An_operator_filters_turns_the_pages_and_exports_by_keyboard_and_on_a_phone()
    {
        const int Payments = 60;
        await WritePaymentsAsync(Payments, "czk");
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        await page.GotoAsync("/operator");
        await page.Locator(".payment-filters summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("select[name=status]").SelectOptionAsync("canceled");
        await page.Locator("input[name=currency]").FillAsync("CZK");
        await page.Keyboard.PressAsync("Enter");
        await page.IsAtAsync("**/operator?status=canceled&currency=czk");
        await somebody.IsLiveAsync();
        await Assertions.Expect(page.Locator(".total")).ToHaveTextAsync("Payments: 60");
        await Assertions.Expect(page.Locator("tr[data-payment]")).ToHaveCountAsync(50);
        await somebody.IsAccessibleAsync("filtered payments");

        // All of them, not only those of the page.
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Export as CSV").ClickAsync());
        var rows = CsvRows.Read((await File.ReadAllTextAsync(await download.PathAsync(), Token)).TrimStart('\uFEFF'));
        Assert.Equal(Payments, rows.Count);
        Assert.All(rows, row => Assert.Equal(("CZK", "canceled", "'=1+1"), (row["currency"], row["status"], row["description"])));
        Assert.Equal("106.00", rows[^6]["amount"]);

        await page.GetByText("Older", new() { Exact = true }).ClickAsync();
        await page.IsAtAsync("**/operator?status=canceled&currency=czk&after=**");
        await Assertions.Expect(page.Locator("tr[data-payment]")).ToHaveCountAsync(10);
        await page.GetByText("Newest", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("tr[data-payment]")).ToHaveCountAsync(50);

        await page.GotoAsync("/operator?status=canceled&currency=czk&min=155&max=156.5");
        await Assertions.Expect(page.Locator("tr[data-payment]")).ToHaveCountAsync(2);
        await page.Locator("[data-chip=max]").ClickAsync();
        await page.IsAtAsync("**/operator?status=canceled&currency=czk&min=155");
        await Assertions.Expect(page.Locator(".total")).ToHaveTextAsync("Payments: 6");

        // On a phone, in Russian.
        await page.SetViewportSizeAsync(360, 740);
        await page.GetByText("Русский").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Платежи");
        await Assertions.Expect(page.Locator("[data-chip=status]")).ToHaveTextAsync("Статус: Отменён ×");
        Assert.True(
            await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        await somebody.IsAccessibleAsync("payments on a phone");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task Where_is_my_money_takes_two_actions_also_for_an_order_without_a_payment()
    {
        var word = $"tickets{Guid.CreateVersion7():N}";
        var paid = await Customer.OfMerchantAsync(App, Reference(), 500, "eur", word);
        await paid.PayAsync();
        var open = await Customer.OfMerchantAsync(App, Reference(), 500, "eur");
        var somebody = await SignedInAsync();
        var page = somebody.Page;

        foreach (var order in new[] { paid, open })
        {
            await page.GotoAsync("/operator");
            await page.Locator("#search").FillAsync($"{order.Order["reference"]}");
            await page.Keyboard.PressAsync("Enter");
            await page.IsAtAsync($"**/operator/orders/{order.OrderId}");
        }
        await page.GotoAsync("/operator");
        await page.Locator("#search").FillAsync(word[..^4].ToUpperInvariant());
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(RowOf(page, paid)).ToContainTextAsync(word);
        await Assertions.Expect(page.Locator("[data-chip=q]")).ToBeVisibleAsync();
        Assert.Empty(somebody.Complaints);
    }


    static ILocator RowOf(IPage page, Customer customer) => page.Locator($"tr[data-order='{customer.OrderId}']");

    static async Task<Guid> PaymentOfAsync(IPage page, Customer customer) =>
        Guid.Parse((await RowOf(page, customer).GetAttributeAsync("data-payment"))!);

    static string Reference() => $"shop-{Guid.CreateVersion7():N}";

    /// <summary>Canceled payments of 101 up to 160, which nothing else reads. Making them by the API would take long.</summary>
    async Task WritePaymentsAsync(int count, string currency)
    {
        await using var database = NpgsqlDataSource.Create(App.PaymentsDb);
        for (var i = 1; i <= count; i++)
        {
            await using var command = database.CreateCommand("""
                WITH payment AS (
                    INSERT INTO payments (id, order_id, reference, amount, currency, status) VALUES ($1, $2, $3, $4, $5, 'canceled')
                    RETURNING id)
                INSERT INTO payment_descriptions (payment_id, description, words) SELECT id, '=1+1', ''::tsvector FROM payment
                """);
            foreach (var value in (object[])[Guid.CreateVersion7(), Guid.CreateVersion7(), Reference(), 100_00L + i * 100, currency])
                command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync(Token);
        }
    }
}
