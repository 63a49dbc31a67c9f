using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Playwright;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>A customer goes to the bank's page and comes back. The sandbox plays the bank.</summary>
public sealed class ThreeDSecureTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_payment_that_the_customer_confirms_with_the_bank_is_paid()
    {
        var shopper = await AtTheBankAsync();

        await shopper.Page.Locator("button[value=approve]").ClickAsync();

        await shopper.SeesAsync("paid");
        AssertCleanAddress(shopper);
    }

    [Fact]
    public async Task A_payment_that_the_bank_does_not_confirm_is_explained_and_can_be_made_again()
    {
        var shopper = await AtTheBankAsync();

        await shopper.Page.Locator("button[value=fail]").ClickAsync();

        await shopper.SeesAsync("declined");
        await Assertions.Expect(shopper.Page.Locator(".notice-title"))
            .ToHaveTextAsync("Your bank did not confirm that this payment is yours.");
        AssertCleanAddress(shopper);
        await shopper.IsLiveAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    [Fact]
    public async Task A_customer_who_comes_back_undecided_can_pay_another_way()
    {
        var shopper = await AtTheBankAsync();

        await shopper.Page.GoBackAsync();

        await shopper.IsLiveAsync();
        await shopper.SeesAsync("bank");
        await shopper.Page.GetByText("Pay another way").ClickAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    [Fact]
    public async Task The_result_in_the_return_address_is_not_trusted()
    {
        var shopper = await ShopperAsync();
        await shopper.OrderAsync();

        await shopper.Page.GotoAsync(
            $"{shopper.Page.Url}/return?payment_intent=pi_1&payment_intent_client_secret=x&redirect_status=succeeded");

        AssertCleanAddress(shopper);
        await shopper.SeesAsync("confirming");
        await shopper.IsLiveAsync();
        await shopper.Page.GetByText("Pay another way").ClickAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
    }

    [Fact]
    public async Task A_customer_who_closed_the_banks_page_returns_there_from_the_order()
    {
        var customer = await Customer.OrdersAsync(App);
        var gone = await AtTheBankAsync(customer);
        var shopper = new Shopper(await gone.Page.Context.NewPageAsync());
        await gone.Page.CloseAsync();

        await shopper.Page.GotoAsync($"/orders/{customer.OrderId}");
        await shopper.IsLiveAsync();
        await shopper.SeesAsync("bank");
        await shopper.Page.GetByText("Continue to your bank").ClickAsync();
        await shopper.Page.Locator("button[value=approve]").ClickAsync();

        await shopper.SeesAsync("paid");
        AssertCleanAddress(shopper);
    }

    [Fact]
    public async Task A_customer_who_closed_the_banks_page_pays_by_another_card_and_is_charged_once()
    {
        var customer = await Customer.OrdersAsync(App);
        var gone = await AtTheBankAsync(customer);
        var bank = gone.Page.Url;
        var shopper = new Shopper(await gone.Page.Context.NewPageAsync());
        await gone.Page.CloseAsync();

        await shopper.Page.GotoAsync($"/orders/{customer.OrderId}");
        await shopper.IsLiveAsync();
        await shopper.SeesAsync("bank");
        await shopper.Page.GetByText("Pay another way").ClickAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");

        // An approval on the old bank page has no effect.
        await shopper.Page.GotoAsync(bank);
        if (await shopper.Page.Locator("button[value=approve]").CountAsync() > 0)
            await shopper.Page.Locator("button[value=approve]").ClickAsync();
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_customer_cancels_instead_of_going_to_the_bank()
    {
        var customer = await Customer.OrdersAsync(App);
        var shopper = await ShopperAsync();
        await shopper.StayFromTheBankAsync();
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.PayAsync("pm_card_threeDSecure2Required");
        await shopper.SeesAsync("bank");

        await shopper.CancelAsync();

        await shopper.SeesAsync("canceled");
        Assert.Empty(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_late_push_of_an_earlier_decline_does_not_hide_the_link_to_the_bank()
    {
        var customer = await Customer.OrdersAsync(App);
        var shopper = await ShopperAsync();
        var bank = "";
        shopper.Page.Request += (_, request) =>
            bank = request.Url.Contains("/_sandbox/3ds/", StringComparison.Ordinal) ? request.Url : bank;
        await shopper.StayFromTheBankAsync();
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.PayAsync("pm_card_threeDSecure2Required");
        await shopper.SeesAsync("bank");
        var witness = new Shopper(await shopper.Page.Context.NewPageAsync());
        await witness.Page.GotoAsync(shopper.Page.Url);
        await witness.IsLiveAsync();
        await witness.Page.GetByText("Pay another way").ClickAsync();
        await witness.SeesAsync("pay");

        // Simulates a late event of an attempt that was declined before this one.
        OrderEvent late = new(
            customer.OrderId, customer.Order["reference"]!.GetValue<string>(), customer.Order["version"]!.GetValue<long>() + 1,
            OrderStatuses.PaymentFailed, null, 1, customer.Amount, 0, customer.Order["currency"]!.GetValue<string>(),
            DateTimeOffset.UnixEpoch);
        await TellAsync(late);
        await Assertions.Expect(witness.Page.Locator(".summary-head")).ToContainTextAsync("Payment failed");
        // The page handles pushes and clicks one after another. After these clicks it has handled the push.
        await shopper.Page.Locator(".cancel-order .link").ClickAsync();
        await shopper.Page.GetByText("Keep the order").ClickAsync();
        await shopper.SeesAsync("bank");

        // The page shows the real outcome of this attempt.
        var bankClerk = await ShopperAsync();
        await bankClerk.Page.GotoAsync(bank);
        await bankClerk.Page.Locator("button[value=fail]").ClickAsync();
        await shopper.SeesAsync("declined");
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        Assert.Single(await customer.ChargesAsync());
    }

    /// <summary>Publishes an event to the topic of orders, as OrderService does.</summary>
    async Task TellAsync(OrderEvent order)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = App.KafkaBootstrap }).Build();
        CloudEvent told = new(order.EventId, EventTypes.OrderPaymentFailed, "/order-service", order.UpdatedAt, order.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(order, EventJson.Default.OrderEvent), null);
        await producer.ProduceAsync(Topics.Orders, KafkaBinding.ToMessage(Topics.Orders, told, null, App.EventKeys), Token);
    }

    async Task<Shopper> AtTheBankAsync(Customer? customer = null)
    {
        var shopper = await ShopperAsync();
        if (customer is null) await shopper.OrderAsync();
        else await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.PayAsync("pm_card_threeDSecure2Required");
        await shopper.Page.IsAtAsync("**/_sandbox/3ds/**");
        await shopper.Page.Locator("button[value=approve]").WaitForAsync();
        return shopper;
    }

    static void AssertCleanAddress(Shopper shopper) => Assert.Equal($"/orders/{shopper.OrderId}", new Uri(shopper.Page.Url).PathAndQuery);
}
