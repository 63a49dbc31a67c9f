using System.Net;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>The main scenario: a customer pays, and the order's WebSocket reports it.</summary>
public sealed class PaymentFlowTests(PaymentFlowApp app)
{
    [Theory]
    [InlineData("", "Your order is paid")]
    [InlineData("lang=ru", "Ваш заказ оплачен")]
    public async Task A_paid_order_is_pushed_to_its_WebSocket(string query, string message)
    {
        var customer = await Customer.OrdersAsync(app);
        using var live = await customer.WatchAsync(query);
        Assert.Equal("awaiting_payment", (await live.NextAsync())["status"]!.GetValue<string>());

        var paid = await customer.PayAsync();

        Assert.Equal(HttpStatusCode.OK, paid.Status);
        Assert.Equal("succeeded", paid["status"]);
        Assert.Equal(customer.OrderId.ToString(), paid["orderId"]);
        Assert.Equal(customer.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture), paid["amount"]);
        var frame = await live.UntilAsync("paid");
        Assert.Equal("order.updated", frame["type"]!.GetValue<string>());
        Assert.Equal(customer.OrderId, frame["orderId"]!.GetValue<Guid>());
        Assert.Equal(message, frame["message"]!.GetValue<string>());
        var charge = Assert.Single(await customer.ChargesAsync());
        Assert.Equal(customer.Amount, charge["amount"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_decline_says_why_and_the_order_stays_payable()
    {
        var customer = await Customer.OrdersAsync(app);
        using var live = await customer.WatchAsync();

        var declined = await customer.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");

        Assert.Equal(HttpStatusCode.PaymentRequired, declined.Status);
        Assert.Equal("application/problem+json", declined.ContentType);
        Assert.Equal("card_declined", declined.Code);
        Assert.Equal("insufficient_funds", declined["declineCode"]);
        Assert.NotNull(declined["paymentId"]);
        await live.UntilAsync("payment_failed");
        Assert.Empty(await customer.ChargesAsync());

        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
        await live.UntilAsync("paid");
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task Paying_an_order_uses_its_prepared_payment()
    {
        var customer = await Customer.OrdersAsync(app);
        var body = $$"""{"orderId":"{{customer.OrderId}}"}""";

        var prepared = await Task.WhenAll(customer.PostAsync("/payments", body), customer.PostAsync("/payments", body));
        var paid = await customer.PayAsync();

        Assert.All(prepared, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.All(prepared, answer => Assert.Equal(paid["paymentId"], answer["paymentId"]));
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task The_history_of_a_payment_is_visible_to_its_customer_and_to_operators_only()
    {
        var customer = await Customer.OrdersAsync(app);
        await customer.PayAsync("pm_card_visa_chargeDeclined");
        var paid = await customer.PayAsync();
        var id = Guid.Parse(paid["paymentId"]!);

        var seen = await customer.GetPaymentAsync(id, customer.Secret);
        Assert.Equal(
            ["processing", "failed", "processing", "succeeded"],
            seen.Body!["history"]!.AsArray().Select(entry => entry!["status"]!.GetValue<string>()));
        Assert.Equal("4", seen["version"]);
        Assert.NotNull((await customer.GetPaymentAsync(id, operatorKey: app.OperatorKey))["paymentIntent"]);

        Assert.Equal(HttpStatusCode.Unauthorized, (await customer.GetPaymentAsync(id)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await customer.GetPaymentAsync(id, operatorKey: "wrong")).Status);
        var stranger = await Customer.OrdersAsync(app);
        Assert.Equal(HttpStatusCode.NotFound, (await customer.GetPaymentAsync(id, stranger.Secret)).Status);
    }
}
