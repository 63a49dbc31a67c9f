using System.Net;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>Any number of clicks, tabs and retries leads to one charge.</summary>
public sealed class ConcurrentPaymentTests(PaymentFlowApp app)
{
    const int Clicks = 50;

    public enum Keys
    {
        None,
        One,
        OneEach,
    }

    [Theory]
    [InlineData(Keys.None)]
    [InlineData(Keys.One)]
    [InlineData(Keys.OneEach)]
    public async Task Fifty_payments_at_once_charge_once(Keys keys)
    {
        var customer = await Customer.OrdersAsync(app);
        using var live = await customer.WatchAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, Clicks).Select(click => customer.PayAsync(key: keys switch
        {
            Keys.None => null,
            Keys.One => "the-one-key",
            _ => $"key-{click}",
        })));

        await live.UntilAsync("paid");
        var charge = Assert.Single(await customer.ChargesAsync());
        Assert.Equal(customer.Amount, charge["amount"]!.GetValue<long>());
        Assert.Single(answers.Select(answer => answer["paymentId"]).Distinct());
        if (keys is Keys.One)
        {
            // A repeated request gets the current state.
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
            Assert.All(answers, answer => Assert.Contains(answer["status"], (string[])["processing", "succeeded"]));
        }
        else
        {
            Assert.Equal("succeeded", Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK)["status"]);
            Assert.All(
                answers.Where(answer => answer.Status != HttpStatusCode.OK),
                answer => Assert.Contains((answer.Status, answer.Code), ((HttpStatusCode, string?)[])
                    [(HttpStatusCode.Conflict, "confirmation_in_flight"), (HttpStatusCode.Conflict, "already_paid")]));
        }
    }

    [Fact]
    public async Task A_payment_beside_many_requests_that_prepare_it_is_paid()
    {
        var customer = await Customer.OrdersAsync(app);
        var body = $$"""{"orderId":"{{customer.OrderId}}"}""";

        var prepared = Enumerable.Range(0, 20).Select(_ => customer.PostAsync("/payments", body)).ToList();
        var paid = await customer.PayAsync();

        Assert.Equal((HttpStatusCode.OK, "succeeded"), (paid.Status, paid["status"]));
        Assert.All(await Task.WhenAll(prepared), answer => Assert.Contains(
            (answer.Status, answer.Code),
            ((HttpStatusCode, string?)[])[(HttpStatusCode.OK, null), (HttpStatusCode.Conflict, "already_paid")]));
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_decline_and_then_two_tabs_at_once_charge_once()
    {
        var customer = await Customer.OrdersAsync(app);
        Assert.Equal(HttpStatusCode.PaymentRequired, (await customer.PayAsync("pm_card_visa_chargeDeclined")).Status);

        var tabs = await Task.WhenAll(customer.PayAsync(key: "tab-1"), customer.PayAsync("pm_card_mastercard", key: "tab-2"));

        Assert.Single(await customer.ChargesAsync());
        Assert.Single(tabs, tab => tab.Status == HttpStatusCode.OK);
        Assert.Single(tabs, tab => tab.Status == HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Paying_a_paid_order_is_a_conflict()
    {
        var customer = await Customer.OrdersAsync(app);
        var paid = await customer.PayAsync(key: "first");

        var again = await customer.PayAsync(key: "second");
        var repeat = await customer.PayAsync(key: "first");

        Assert.Equal((HttpStatusCode.Conflict, "already_paid"), (again.Status, again.Code));
        Assert.Equal(paid["paymentId"], again["paymentId"]);
        Assert.Equal((HttpStatusCode.OK, "succeeded"), (repeat.Status, repeat["status"]));
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_idempotency_key_cannot_be_used_with_another_body()
    {
        var customer = await Customer.OrdersAsync(app);
        var declined = await customer.PayAsync("pm_card_visa_chargeDeclinedLostCard", key: "k");

        var repeat = await customer.PayAsync("pm_card_visa_chargeDeclinedLostCard", key: "k");
        var another = await customer.PayAsync(key: "k");

        Assert.Equal(HttpStatusCode.PaymentRequired, repeat.Status);
        Assert.Equal(declined["declineCode"], repeat["declineCode"]);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (another.Status, another.Code));
        Assert.Empty(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_order_has_ten_payment_attempts()
    {
        var customer = await Customer.OrdersAsync(app);
        for (var attempt = 0; attempt < 10; attempt++)
            Assert.Equal(HttpStatusCode.PaymentRequired, (await customer.PayAsync("pm_card_visa_chargeDeclined")).Status);

        var eleventh = await customer.PayAsync();

        Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_attempts"), (eleventh.Status, eleventh.Code));
        Assert.Empty(await customer.ChargesAsync());
    }
}
