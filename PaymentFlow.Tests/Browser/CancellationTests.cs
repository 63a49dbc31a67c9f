using Confluent.Kafka;
using Microsoft.Playwright;
using Npgsql;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>An order is canceled by its customer or by the shop.</summary>
public sealed class CancellationTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_customer_cancels_after_being_asked_and_every_open_page_shows_it_without_a_reload()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        await shopper.OrderAsync();
        var other = new Shopper(await page.Context.NewPageAsync());
        await other.Page.GotoAsync(page.Url);
        await other.IsLiveAsync();
        await page.EvaluateAsync("() => window.samePage = true");

        await page.Locator(".cancel-order .link").ClickAsync();
        await Assertions.Expect(page.Locator("#cancel-question")).ToBeFocusedAsync();
        await page.GetByText("Keep the order").ClickAsync();
        await Assertions.Expect(page.Locator(".cancel-order .link")).ToBeFocusedAsync();
        await Assertions.Expect(shopper.PayButton).ToBeEnabledAsync();
        await shopper.CancelAsync();

        await shopper.SeesAsync("canceled");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("This order was canceled");
        await Assertions.Expect(shopper.Heading).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("You canceled it.");
        await Assertions.Expect(shopper.PayButton).ToHaveCountAsync(0);
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
        await other.SeesAsync("canceled");
        await Assertions.Expect(other.Page.Locator(".lead")).ToContainTextAsync("You canceled it.");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("You canceled it.");
        Assert.Empty(shopper.Complaints);
    }

    [Fact]
    public async Task A_canceled_order_can_be_ordered_again()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync(0, 1);
        var canceled = shopper.OrderId;
        await shopper.CancelAsync();
        await shopper.SeesAsync("canceled");

        await shopper.Page.GetByText("Order the same again").ClickAsync();
        await shopper.Page.IsAtAsync("**/checkout");
        await Assertions.Expect(shopper.Page.Locator(".lines > li")).ToHaveCountAsync(2);
        await shopper.Page.Locator("form.checkout button").ClickAsync();
        await shopper.IsLiveAsync();
        Assert.NotEqual(canceled, shopper.OrderId);
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    [Fact]
    public async Task A_double_click_on_cancel_cancels_once()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();
        await shopper.Page.Locator(".cancel-order .link").ClickAsync();
        await shopper.Page.Locator(".cancel-order .danger").WaitForAsync();

        await shopper.Page.EvaluateAsync(
            "() => { const cancel = document.querySelector('.cancel-order .danger'); cancel.click(); cancel.click(); }");

        await shopper.SeesAsync("canceled");
        Assert.Empty(shopper.Complaints);
    }

    [Fact]
    public async Task An_open_page_shows_that_the_shop_canceled_the_order()
    {
        var customer = await Customer.OrdersAsync(App);
        var shopper = await ShopperAsync("ru-RU");
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(App.OrderService, $"/orders/{customer.OrderId}/cancel"));
        request.Headers.Add("X-Operator-Key", App.OperatorKey);

        using var answer = await http.SendAsync(request, Token);

        Assert.True(answer.IsSuccessStatusCode);
        await shopper.SeesAsync("canceled");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Этот заказ отменён");
        await Assertions.Expect(shopper.Page.Locator(".lead")).ToContainTextAsync("Его отменил магазин.");
        await Assertions.Expect(shopper.PayButton).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_payment_meanwhile_removes_the_question_and_the_order_stays_paid()
    {
        var customer = await Customer.OrdersAsync(App);
        var shopper = await ShopperAsync();
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.Page.Locator(".cancel-order .link").ClickAsync();
        await shopper.Page.Locator("#cancel-question").WaitForAsync();

        await customer.PayAsync();

        await shopper.SeesAsync("paid");
        await Assertions.Expect(shopper.Page.Locator(".cancel-order")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_page_that_missed_the_payment_shows_already_paid_when_the_customer_cancels()
    {
        // The page's Web reads from an empty broker and checks its screens rarely, so it misses the payment.
        using var silence = new ProducerBuilder<Null, Null>(new Dictionary<string, string> { ["test.mock.num.brokers"] = "1" }).Build();
        using var admin = new DependentAdminClientBuilder(silence.Handle).Build();
        var broker = admin.GetMetadata(TimeSpan.FromSeconds(30)).Brokers[0];
        await using var replica = await Replica.StartAsync(
            App, ("ConnectionStrings__kafka", $"{broker.Host}:{broker.Port}"), ("Screens__Every", "00:10:00"));
        var customer = await Customer.OrdersAsync(App);
        var shopper = await ShopperAsync();
        await shopper.OpenAsync(replica.Web, customer.OrderId, customer.Secret);
        await shopper.Page.Locator(".cancel-order .link").ClickAsync();
        await shopper.Page.Locator("#cancel-question").WaitForAsync();
        // Wait until the page has prepared its payment. After the payment, this call would already return that the order is paid.
        await Eventually.TrueAsync(() => IsPreparedAsync(customer.OrderId));
        await customer.PayAsync();

        await shopper.Page.Locator(".cancel-order .danger").ClickAsync();

        await shopper.SeesAsync("already-paid");
        await Assertions.Expect(shopper.Page.Locator(".notice-title"))
            .ToHaveTextAsync("The order could not be canceled because it was already paid.");
        Assert.Single(await customer.ChargesAsync());
    }

    async Task<bool> IsPreparedAsync(Guid orderId)
    {
        await using var payments = NpgsqlDataSource.Create(App.PaymentsDb);
        await using var command = payments.CreateCommand("SELECT count(payment_intent_id) FROM payments WHERE order_id = $1");
        command.Parameters.Add(new() { Value = orderId });
        return (long)(await command.ExecuteScalarAsync(Token))! == 1;
    }
}
