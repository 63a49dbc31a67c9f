using System.Net;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A process is killed in the middle of payments.</summary>
[Collection(nameof(OutageApp))]
public sealed class CrashTests(OutageApp app)
{
    [Fact]
    public async Task Orders_paid_while_order_service_was_dead_are_paid_after_its_restart()
    {
        var customers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Customer.OrdersAsync(app.App)));
        List<Task<Answer>> paying;
        using (await app.PauseAsync("stripe-sandbox"))
        {
            paying = customers.Select(customer => customer.PayAsync()).ToList();
            // After this wait each payment has read its order and waits for Stripe.
            await app.ClaimedAsync([.. customers.Select(customer => customer.OrderId)]);
            app.Kill("order-service");
        }

        Assert.All(await Task.WhenAll(paying), answer => Assert.Equal((HttpStatusCode.OK, "succeeded"), (answer.Status, answer["status"])));
        foreach (var customer in customers) await app.OrderIsAsync("paid", customer.OrderId);
    }

    [Fact]
    public async Task Payment_api_killed_under_load_charges_no_order_twice_and_every_charged_order_becomes_paid()
    {
        const int Orders = 100;
        var customers = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => Customer.OrdersAsync(app.App)));
        var answered = 0;
        var first = app.App.ProcessIdOf("payment-api");

        var paying = customers.Select(customer => Task.Run(async () =>
        {
            // As a browser does, repeat the request with the same key until there is an answer that is final for the page.
            while (true)
            {
                try
                {
                    var answer = await customer.PayAsync(key: "k");
                    if (answer.Status == HttpStatusCode.ServiceUnavailable) continue;
                    Interlocked.Increment(ref answered);
                    return answer;
                }
                catch (HttpRequestException)
                {
                    await Eventually.TrueAsync(() => app.App.ProcessIdOf("payment-api") is { } id && id != first);
                }
            }
        })).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref answered) >= Orders / 10);
        app.Kill("payment-api");
        var answers = await Task.WhenAll(paying);

        Assert.All(answers, answer => Assert.Contains((answer.Status, answer["status"]), ((HttpStatusCode, string?)[])
            [(HttpStatusCode.OK, "succeeded"), (HttpStatusCode.OK, "processing")]));
        for (var i = 0; i < Orders; i++)
        {
            var charges = await customers[i].ChargesAsync();
            if (answers[i]["status"] == "succeeded") Assert.Single(charges);
            else Assert.True(charges.Count <= 1);
            foreach (var charge in charges)
            {
                Assert.Equal(customers[i].Amount, charge["amount"]!.GetValue<long>());
                await app.OrderIsAsync("paid", customers[i].OrderId);
            }
        }
    }

    [Theory]
    [InlineData("pm_card_visa", "paid", 1)]
    [InlineData("pm_card_visa_chargeDeclined", "payment_failed", 0)]
    public async Task Payment_api_killed_before_it_stored_an_outcome_learns_it_from_a_webhook(
        string paymentMethod, string status, int charges)
    {
        var customer = await Customer.OrdersAsync(app.App);
        // A test before this one may have killed a service, whose callers recover a little later.
        await Eventually.TrueAsync(async () =>
            (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status == HttpStatusCode.OK);
        using (var stripe = await app.PauseAsync("stripe-sandbox"))
        {
            var paying = customer.PayAsync(paymentMethod);
            // A request that is refused is answered before it claims the payment.
            if (await Task.WhenAny(paying, app.ClaimedAsync(customer.OrderId)) == paying) Assert.Fail($"{(await paying).Body}");
            using var database = await app.CutOffAsync("paymentsdb");
            stripe.Dispose();
            Assert.Equal("processing", (await paying)["status"]);
            app.Kill("payment-api");
        }

        await app.OrderIsAsync(status, customer.OrderId);
        Assert.Equal(charges, (await customer.ChargesAsync()).Count);
    }
}
