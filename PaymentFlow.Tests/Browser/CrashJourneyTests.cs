using Microsoft.Playwright;
using PaymentFlow.Tests.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>The journey of an order whose payment was killed in the middle.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class CrashJourneyTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task It_tells_of_the_one_attempt_and_of_the_outcome_that_was_found_out_afterwards()
    {
        var own = impatient.App;
        var customer = await PaidThoughKilledAsync(own);
        var operators = await SignedInAsync(web: impatient.Web, key: await own.GetParameterAsync("operator-key"));
        await operators.Page.GotoAsync($"/operator/orders/{customer.OrderId}");
        var kinds = await KindsWithAsync(operators.Page, "order.paid", "pushed.socket", "event.checked");

        string[] way =
        [
            "order.created", "payment.accepted", "attempt.started", "attempt.succeeded", "payment.succeeded", "event.consumed", "order.paid",
            "event.checked",
        ];
        Assert.Equal(way, kinds.Where(way.Contains));
        await Assertions.Expect(operators.Page.Locator("strong[data-status]")).ToHaveTextAsync("paid");
        Assert.Empty(operators.Complaints);
    }

    /// <summary>Stripe has charged and its answer is on the way when PaymentApi is killed: nobody here knows of the charge.</summary>
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
