using Microsoft.Playwright;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>The journey of an order if PaymentApi was killed during the payment.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class CrashJourneyTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task The_journey_shows_one_attempt_and_the_outcome_that_was_found_later()
    {
        var own = impatient.App;
        var customer = await PaidThoughKilledAsync(own);
        var operators = await SignedInAsync(web: impatient.Web, key: await own.GetParameterAsync("operator-key"));
        await operators.Page.GotoAsync($"/operator/orders/{customer.OrderId}");
        var kinds = await KindsWithAsync(operators.Page, "order.paid", "pushed.socket", "event.checked");

        string[] way =
        [
            "order.created", "payment.accepted", "attempt.started", "attempt.succeeded", "payment.succeeded", "event.consumed",
            "order.paid", "event.checked",
        ];
        Assert.Equal(way, kinds.Where(way.Contains));
        await Assertions.Expect(operators.Page.Locator("[data-status]")).ToHaveTextAsync("Paid");
        Assert.Empty(operators.Complaints);
    }

    /// <summary>Kills PaymentApi after Stripe has charged and before Stripe's answer arrives. Only Stripe knows of the charge.</summary>
    static async Task<Customer> PaidThoughKilledAsync(RunningApp own)
    {
        StripeAccount stripe = new(own);
        var customer = await Customer.OrdersAsync(own);
        using var live = await customer.WatchAsync();
        await stripe.FailAsync("confirm", "hang_after");
        var asked = customer.PayAsync();
        await stripe.HoldingAsync();
        own.Signal("payment-api", ProcessSignal.Kill);
        await Assert.ThrowsAsync<HttpRequestException>(() => asked);
        await stripe.RecoverAsync();
        await live.UntilAsync("paid");
        Assert.Single(await customer.ChargesAsync());
        return customer;
    }
}
