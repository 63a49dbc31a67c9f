using System.Net;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>Money goes back as often as it was asked for, never more than was charged, and the screen says so.</summary>
public sealed class RefundTests(PaymentFlowApp app)
{
    readonly BackOffice _anna = new(app.App);
    readonly StripeAccount _stripe = new(app.App);

    [Fact]
    public async Task A_full_refund_reaches_the_screen_and_a_repeat_is_the_same_refund()
    {
        var (customer, payment) = await PaidAsync();
        using var live = await customer.WatchAsync();

        var refunded = await _anna.RefundAsync(payment, key: "once");
        await live.UntilAsync("refunded");
        var repeat = await _anna.RefundAsync(payment, key: "once");
        var another = await _anna.RefundAsync(payment, key: "twice");

        Assert.Equal((HttpStatusCode.OK, "succeeded", customer.Amount.ToString(null, null)), (refunded.Status, refunded["status"], refunded["amount"]));
        Assert.Equal(refunded["id"], repeat["id"]);
        Assert.Equal((HttpStatusCode.Conflict, "already_refunded"), (another.Status, another.Code));
        Assert.Equal(customer.Amount, await RefundedAtStripeAsync(payment));
        Assert.Equal("refunded", (await _anna.PaymentAsync(payment))["status"]);
    }

    [Fact]
    public async Task Several_partial_refunds_may_come_to_the_whole_and_not_to_more()
    {
        var (customer, payment) = await PaidAsync();
        using var live = await customer.WatchAsync();

        Assert.Equal("succeeded", (await _anna.RefundAsync(payment, 100))["status"]);
        await live.UntilAsync("partially_refunded");
        var tooMuch = await _anna.RefundAsync(payment, customer.Amount - 99);
        Assert.Equal("succeeded", (await _anna.RefundAsync(payment, customer.Amount - 150))["status"]);
        Assert.Equal("50", (await _anna.RefundAsync(payment))["amount"]);
        await live.UntilAsync("refunded");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "refund_too_large"), (tooMuch.Status, tooMuch.Code));
        Assert.Equal((customer.Amount - 100).ToString(null, null), tooMuch["refundable"]);
        Assert.Equal(customer.Amount, await RefundedAtStripeAsync(payment));
    }

    [Fact]
    public async Task Refunds_at_the_same_moment_never_exceed_the_charge_together()
    {
        var (customer, payment) = await PaidAsync();
        var each = customer.Amount / 3;

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _anna.RefundAsync(payment, each)));

        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer =>
            Assert.Contains(answer.Code, (string[])["refund_too_large", "already_refunded"]));
        Assert.Equal(3 * each, await RefundedAtStripeAsync(payment));
    }

    [Fact]
    public async Task The_same_key_at_the_same_moment_is_one_refund_and_stands_for_one_body()
    {
        var (_, payment) = await PaidAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _anna.RefundAsync(payment, 100, "k")));
        var other = await _anna.RefundAsync(payment, 200, "k");

        Assert.Single(answers.Select(answer => answer["id"]).Distinct());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(100, await RefundedAtStripeAsync(payment));
    }

    [Fact]
    public async Task A_refund_made_in_Stripes_dashboard_comes_in_and_is_counted()
    {
        var (customer, payment) = await PaidAsync();
        using var live = await customer.WatchAsync();

        await _stripe.Client.V1.Refunds.CreateAsync(
            new RefundCreateOptions { PaymentIntent = await IntentOfAsync(payment), Amount = 300 },
            cancellationToken: TestContext.Current.CancellationToken);
        await live.UntilAsync("partially_refunded");

        Assert.Equal("300", (await _anna.PaymentAsync(payment))["amountRefunded"]);
        Assert.Equal("refund_too_large", (await _anna.RefundAsync(payment, customer.Amount - 299)).Code);
    }

    [Fact]
    public async Task A_refund_that_fails_afterwards_gives_its_amount_back()
    {
        var (customer, payment) = await PaidAsync("pm_card_refundFail");
        using var live = await customer.WatchAsync();

        var first = await _anna.RefundAsync(payment);
        await live.UntilAsync("paid");
        await Eventually.TrueAsync(async () => (await _anna.PaymentAsync(payment))["status"] == "succeeded");

        Assert.Equal(HttpStatusCode.OK, first.Status);
        var details = await _anna.PaymentAsync(payment);
        Assert.Equal("0", details["amountRefunded"]);
        Assert.Equal("failed", details.Body!["refunds"]![0]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_is_not_paid_is_not_refunded_and_a_refund_needs_a_key_and_a_good_amount()
    {
        var customer = await Customer.OrdersAsync(app);
        var declined = Guid.Parse((await customer.PayAsync("pm_card_visa_chargeDeclined"))["paymentId"]!);
        var path = $"/payments/{declined}/refunds";

        Assert.Equal("not_paid", (await _anna.RefundAsync(declined)).Code);
        Assert.Equal("idempotency_key_required", (await _anna.SendAsync(HttpMethod.Post, path, new { })).Code);
        Assert.Equal("invalid_amount", (await _anna.RefundAsync(declined, -1)).Code);
        Assert.Equal("malformed_request", (await _anna.SendAsync(HttpMethod.Post, path, new { amount = "much" }, "k")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await _anna.RefundAsync(Guid.CreateVersion7())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await customer.PostAsync(path, "{}", "k")).Status);
    }

    [Fact]
    public async Task Every_refund_is_on_record_with_who_asked_for_it()
    {
        var (_, payment) = await PaidAsync();

        await new BackOffice(app.App, "boris").RefundAsync(payment, 100, "for-boris");

        var action = Assert.Single((await _anna.ActionsAsync()).Body!.AsArray(), action => action!["target"]!.GetValue<Guid>() == payment);
        Assert.Equal("payment.refund", action!["action"]!.GetValue<string>());
        Assert.StartsWith("boris (", action["actor"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("100", action["details"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dispute_is_told_of_and_kept_until_it_is_closed()
    {
        var (customer, payment) = await PaidAsync();

        var dispute = await _stripe.PostAsync("/_sandbox/disputes", new { payment_intent = await IntentOfAsync(payment), reason = "fraudulent" });
        await Eventually.TrueAsync(async () => (await DisputesAsync()) is ["needs_response"]);
        await _stripe.PostAsync($"/_sandbox/disputes/{dispute["id"]}/close", new { status = "lost" });
        await Eventually.TrueAsync(async () => (await DisputesAsync()) is ["lost"]);

        // The money is Stripe's matter; the order stays paid, at a version that says that there is news.
        Assert.Equal("succeeded", (await _anna.PaymentAsync(payment))["status"]);
        using var live = await customer.WatchAsync();
        Assert.Equal("paid", (await live.NextAsync())["status"]!.GetValue<string>());

        async Task<string[]> DisputesAsync() =>
            [.. (await _anna.PaymentAsync(payment)).Body!["disputes"]!.AsArray().Select(known => known!["status"]!.GetValue<string>())];
    }

    async Task<(Customer Customer, Guid Payment)> PaidAsync(string method = "pm_card_visa")
    {
        var customer = await Customer.OrdersAsync(app);
        var paid = await customer.PayAsync(method);
        Assert.Equal("succeeded", paid["status"]);
        using var live = await customer.WatchAsync();
        await live.UntilAsync("paid");
        return (customer, Guid.Parse(paid["paymentId"]!));
    }

    async Task<string> IntentOfAsync(Guid payment) => (await _anna.PaymentAsync(payment))["paymentIntent"]!;

    async Task<long> RefundedAtStripeAsync(Guid payment)
    {
        var refunds = await _stripe.Client.V1.Refunds.ListAsync(
            new RefundListOptions { PaymentIntent = await IntentOfAsync(payment), Limit = 100 },
            cancellationToken: TestContext.Current.CancellationToken);
        return refunds.Where(refund => refund.Status is "succeeded" or "pending").Sum(refund => refund.Amount);
    }
}
