using System.Net;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>During an outage a client gets the documented answer. After the outage nothing is missing.</summary>
[Collection(nameof(OutageApp))]
public sealed class OutageTests(OutageApp app)
{
    [Fact]
    public async Task While_Stripe_is_away_a_payment_is_refused_and_the_same_key_pays_later()
    {
        var customer = await Customer.OrdersAsync(app.App);
        app.Kill("stripe-sandbox");

        var answer = await customer.PayAsync(key: "k");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stripe_unavailable"), (answer.Status, answer.Code));
        while (answer.Status == HttpStatusCode.ServiceUnavailable)
        {
            Assert.NotNull(answer.RetryAfter);
            answer = await customer.PayAsync(key: "k");
        }

        Assert.Equal((HttpStatusCode.OK, "succeeded"), (answer.Status, answer["status"]));
        await app.OrderIsAsync("paid", customer.OrderId);
        Assert.Single(await customer.ChargesAsync());
        // An attempt that never reached Stripe does not count toward the customer's limit.
        Assert.Equal(1, await app.QueryAsync<int>("paymentsdb",
            "SELECT attempts - attempts_not_sent FROM payments WHERE order_id = $1", customer.OrderId));
    }

    [Fact]
    public async Task A_prepared_payment_can_be_paid_while_order_service_is_away_and_its_order_is_paid_afterwards()
    {
        var customer = await Customer.OrdersAsync(app.App);
        var another = await Customer.OrdersAsync(app.App);
        await Eventually.TrueAsync(async () =>
            (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status == HttpStatusCode.OK);
        using (await app.CutOffAsync("ordersdb"))
        {
            Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
            var answer = await another.PayAsync();
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "order_service_unavailable"), (answer.Status, answer.Code));
            Assert.Empty(await another.ChargesAsync());
        }

        await app.OrderIsAsync("paid", customer.OrderId);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_unknown_payment_method_is_refused_each_time_that_it_is_sent()
    {
        var customer = await Customer.OrdersAsync(app.App);

        var first = await customer.PayAsync("pm_none", key: "k");
        var repeat = await customer.PayAsync("pm_none", key: "k");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid_payment_method"), (first.Status, first.Code));
        Assert.Equal((first.Status, first.Code), (repeat.Status, repeat.Code));
        Assert.Equal("succeeded", (await customer.PayAsync(key: "another"))["status"]);
    }

    [Fact]
    public async Task A_database_that_goes_away_before_Stripe_is_asked_leaves_the_order_payable()
    {
        var customer = await Customer.OrdersAsync(app.App);
        Task<Answer> paying;
        using (var stripe = await app.PauseAsync("stripe-sandbox"))
        {
            paying = customer.PayAsync(key: "k");
            await app.ClaimedAsync(customer.OrderId);
            using var database = await app.CutOffAsync("paymentsdb");
            stripe.Dispose();

            var answer = await paying;
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "database_unavailable"), (answer.Status, answer.Code));
            Assert.NotNull(answer.RetryAfter);
            var another = await customer.PayAsync(key: "another");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "database_unavailable"), (another.Status, another.Code));
        }

        Answer? paid = null;
        await Eventually.TrueAsync(async () => (paid = await customer.PayAsync(key: "k"))["status"] == "succeeded");
        await app.OrderIsAsync("paid", customer.OrderId);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_decline_that_could_not_be_stored_is_stored_when_the_database_is_back()
    {
        var customer = await Customer.OrdersAsync(app.App);
        // The order has an earlier decline, so a webhook alone could not show which attempt was declined.
        Assert.Equal(HttpStatusCode.PaymentRequired, (await customer.PayAsync("pm_card_visa_chargeDeclined")).Status);
        using (var stripe = await app.PauseAsync("stripe-sandbox"))
        {
            var paying = customer.PayAsync("pm_card_visa_chargeDeclined", key: "k");
            await app.ClaimedAsync(customer.OrderId);
            using var database = await app.CutOffAsync("paymentsdb");
            stripe.Dispose();

            // Stripe received the request, so PaymentApi must not claim that nothing was charged.
            var answer = await paying;
            Assert.Equal((HttpStatusCode.OK, "processing"), (answer.Status, answer["status"]));
        }

        await Eventually.TrueAsync(async () =>
            (await customer.PayAsync("pm_card_visa_chargeDeclined", key: "k")).Status == HttpStatusCode.PaymentRequired);
        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_consumer_whose_database_was_away_continues_where_it_stopped()
    {
        var customers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Customer.OrdersAsync(app.App)));
        using (var stripe = await app.PauseAsync("stripe-sandbox"))
        {
            var paying = customers.Select(customer => customer.PayAsync()).ToList();
            await app.ClaimedAsync([.. customers.Select(customer => customer.OrderId)]);
            using var database = await app.CutOffAsync("ordersdb");
            stripe.Dispose();

            Assert.All(await Task.WhenAll(paying), answer => Assert.Equal("succeeded", answer["status"]));
            await Eventually.TrueAsync(() =>
                app.App.LogsOf("order-service").Any(line => line.Contains("events, retrying in", StringComparison.Ordinal)));
        }

        foreach (var customer in customers) await app.OrderIsAsync("paid", customer.OrderId);
        Assert.Equal(0L, await app.QueryAsync<long>("ordersdb", "SELECT count(*) FROM dead_letters"));
    }

    [Fact]
    public async Task Lost_events_are_published_again_only_after_order_service_is_back()
    {
        var customers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Customer.OrdersAsync(app.App)));
        await using LostEvents lost = new(
            await app.App.GetConnectionStringAsync("paymentsdb"), await app.App.GetConnectionStringAsync("kafka"));
        var payments = customers.Select(customer => new PaymentEvent(
            Guid.CreateVersion7(), customer.OrderId, null, 2, "succeeded", customer.Amount, 0,
            customer.Order["currency"]!.GetValue<string>())).ToArray();
        using (await app.CutOffAsync("ordersdb"))
        {
            await lost.AddAsync(payments);
            await Eventually.TrueAsync(() =>
                app.App.LogsOf("payment-api").Any(line => line.Contains("waits for OrderService", StringComparison.Ordinal)));
            Assert.All(payments, payment => Assert.Empty(lost.InKafka(payments)[payment.EventId]));
            Assert.Equal((false, 0), await lost.StateAsync(payments[0]));
        }

        foreach (var customer in customers) await app.OrderIsAsync("paid", customer.OrderId);
    }
}
