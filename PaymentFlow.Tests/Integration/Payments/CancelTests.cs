using System.Net;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>A payment is either canceled or paid, never both. Stripe decides, and every answer agrees with Stripe.</summary>
public sealed class CancelTests(PaymentFlowApp app)
{
    [Fact]
    public async Task An_order_without_a_payment_is_canceled_and_a_later_payment_is_refused()
    {
        var customer = await Customer.OrdersAsync(app);
        using var live = await customer.WatchAsync();

        var canceled = await customer.CancelAsync();
        await live.UntilAsync("canceled");
        var again = await customer.CancelAsync();
        var paid = await customer.PayAsync();

        Assert.Equal((HttpStatusCode.OK, "canceled"), (canceled.Status, canceled["status"]));
        Assert.Equal((HttpStatusCode.OK, "canceled"), (again.Status, again["status"]));
        Assert.Equal((HttpStatusCode.Conflict, "order_canceled"), (paid.Status, paid.Code));
        Assert.Empty(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_prepared_payment_is_canceled_at_Stripe_too()
    {
        var customer = await Customer.OrdersAsync(app);
        var prepared = await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""");
        var payment = Guid.Parse(prepared["paymentId"]!);

        var canceled = await customer.PostAsync($"/payments/{payment}/cancel", "");

        Assert.Equal((HttpStatusCode.OK, "canceled"), (canceled.Status, canceled["status"]));
        var intent = (await new BackOffice(app.App).PaymentAsync(payment))["paymentIntent"]!;
        Assert.Equal("canceled", (await new StripeAccount(app.App).IntentAsync(intent)).Status);
    }

    [Fact]
    public async Task A_paid_order_is_not_canceled()
    {
        var customer = await Customer.OrdersAsync(app);
        var paid = await customer.PayAsync();

        var refused = await customer.CancelAsync();

        Assert.Equal((HttpStatusCode.Conflict, "already_paid"), (refused.Status, refused.Code));
        Assert.Equal("succeeded", (await customer.GetPaymentAsync(Guid.Parse(paid["paymentId"]!), customer.Secret))["status"]);
    }

    [Fact]
    public async Task A_payment_that_waits_for_3D_Secure_or_was_declined_can_be_canceled()
    {
        foreach (var method in (string[])["pm_card_threeDSecure2Required", "pm_card_visa_chargeDeclined"])
        {
            var customer = await Customer.OrdersAsync(app);
            using var live = await customer.WatchAsync();
            await customer.PayAsync(method);

            Assert.Equal("canceled", (await customer.CancelAsync())["status"]);
            await live.UntilAsync("canceled");
            Assert.Equal("order_canceled", (await customer.PayAsync()).Code);
            Assert.Empty(await customer.ChargesAsync());
        }
    }

    [Fact]
    public async Task A_payment_and_a_cancellation_at_the_same_moment_have_one_outcome()
    {
        for (var round = 0; round < 10; round++)
        {
            var customer = await Customer.OrdersAsync(app);
            using var live = await customer.WatchAsync();
            if (round % 2 == 0) await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""");

            var answers = await Task.WhenAll(customer.PayAsync(), customer.CancelAsync(), customer.CancelAsync());

            // The cancellation is repeated, because it may have been refused while the payment was under way.
            await Eventually.TrueAsync(async () =>
                (await customer.CancelAsync()) is { Status: HttpStatusCode.OK } or { Code: "already_paid" });
            var charges = await customer.ChargesAsync();
            await live.UntilAsync(charges.Count == 0 ? "canceled" : "paid");
            Assert.True(charges.Count <= 1);
            Assert.Equal(charges.Count == 1 ? HttpStatusCode.OK : HttpStatusCode.Conflict, answers[0].Status);
        }
    }

    [Fact]
    public async Task A_stranger_cannot_cancel_and_a_cancellation_by_an_operator_is_recorded()
    {
        var customer = await Customer.OrdersAsync(app);
        var stranger = await Customer.OrdersAsync(app);
        var payment = Guid.Parse((await customer.PayAsync("pm_card_visa_chargeDeclined"))["paymentId"]!);

        var refused = await stranger.PostAsync($"/payments/{payment}/cancel", "");
        var byOrder = await stranger.PostAsync("/payments/cancel", $$"""{"orderId":"{{customer.OrderId}}"}""");
        var nobody = await customer.PostAsync("/payments/cancel", $$"""{"orderId":"{{customer.OrderId}}"}""", secret: "");
        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized),
            (refused.Status, byOrder.Status, nobody.Status));

        BackOffice anna = new(app.App);
        Assert.Equal("canceled", (await anna.CancelAsync(payment))["status"]);
        var record = Assert.Single(
            (await anna.ActionsAsync()).Body!["actions"]!.AsArray(), action => $"{action!["target"]}" == $"{payment}");
        Assert.Equal("payment.cancel", record!["action"]!.GetValue<string>());
        Assert.Equal(("anna", "127.0.0.1"), (record["actor"]!.GetValue<string>(), record["address"]!.GetValue<string>()));
        Assert.NotNull(record["at"]);
    }
}
