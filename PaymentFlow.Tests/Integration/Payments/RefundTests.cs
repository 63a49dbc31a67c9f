using System.Net;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>Each requested refund is made once, never beyond the charged amount, and the order's WebSocket shows it.</summary>
public sealed class RefundTests(PaymentFlowApp app)
{
    readonly BackOffice _anna = new(app.App);
    readonly StripeAccount _stripe = new(app.App);

    [Fact]
    public async Task A_full_refund_is_pushed_and_a_repeated_request_gives_the_same_refund()
    {
        var (customer, payment) = await PaidAsync();
        using var live = await customer.WatchAsync();

        var refunded = await _anna.RefundAsync(payment, key: "once");
        await live.UntilAsync("refunded");
        var repeat = await _anna.RefundAsync(payment, key: "once");
        var another = await _anna.RefundAsync(payment, key: "twice");

        Assert.Equal(
            (HttpStatusCode.OK, "succeeded", customer.Amount.ToString(null, null)),
            (refunded.Status, refunded["status"], refunded["amount"]));
        Assert.Equal(refunded["id"], repeat["id"]);
        Assert.Equal((HttpStatusCode.Conflict, "already_refunded"), (another.Status, another.Code));
        Assert.Equal(customer.Amount, await RefundedAtStripeAsync(payment));
        Assert.Equal("refunded", (await _anna.PaymentAsync(payment))["status"]);
    }

    [Fact]
    public async Task Partial_refunds_may_add_up_to_the_charge_but_not_to_more()
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
    public async Task Concurrent_refunds_together_never_exceed_the_charge()
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
    public async Task Concurrent_requests_with_one_key_make_one_refund_and_the_key_is_bound_to_its_body()
    {
        var (_, payment) = await PaidAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _anna.RefundAsync(payment, 100, "k")));
        var other = await _anna.RefundAsync(payment, 200, "k");

        Assert.Single(answers.Select(answer => answer["id"]).Distinct());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(100, await RefundedAtStripeAsync(payment));
    }

    [Fact]
    public async Task A_reason_reaches_Stripe_and_the_journey_and_belongs_to_the_idempotency_key()
    {
        var (customer, payment) = await PaidAsync();

        var refunded = await _anna.RefundAsync(payment, 100, "k", "duplicate");
        var another = await _anna.RefundAsync(payment, 100, "k", "fraudulent");
        var unknown = await _anna.RefundAsync(payment, 100, reason: "regret");

        Assert.Equal((HttpStatusCode.OK, "duplicate"), (refunded.Status, refunded["reason"]));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (another.Status, another.Code));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid_reason"), (unknown.Status, unknown.Code));
        var atStripe = await _stripe.Client.V1.Refunds.ListAsync(
            new RefundListOptions { PaymentIntent = await IntentOfAsync(payment) },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("duplicate", Assert.Single(atStripe).Reason);
        var journey = (await _anna.SendAsync(HttpMethod.Get, $"/payments/journey?orderId={customer.OrderId}")).Body!;
        Assert.Equal("duplicate", Assert.Single(journey["refunds"]!.AsArray())!["reason"]!.GetValue<string>());
        Assert.Contains("100, duplicate", journey["steps"]!.AsArray().Select(step => step!["detail"]?.GetValue<string>()));
        // The sandbox has no page of a payment.
        Assert.Null(journey["stripeUrl"]);
    }

    [Fact]
    public async Task A_refund_made_in_Stripes_dashboard_is_counted()
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
    public async Task A_refund_that_fails_later_is_no_longer_counted()
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
    public async Task A_refund_needs_a_paid_payment_an_idempotency_key_and_a_valid_amount()
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

    [Theory]
    [InlineData("""{"amount":null}""", 400, "malformed_request")]
    [InlineData("""{"amount":0}""", 422, "invalid_amount")]
    [InlineData("""{"amount":99999999999999999999}""", 422, "refund_too_large")]
    [InlineData("""{"amount":-99999999999999999999}""", 422, "invalid_amount")]
    [InlineData("""{"amount":0.5}""", 400, "malformed_request")]
    [InlineData("null", 400, "malformed_request")]
    [InlineData("", 400, "malformed_request")]
    public async Task A_wrong_amount_refunds_nothing(string body, int status, string code)
    {
        var (_, payment) = await PaidAsync();

        var refused = await _anna.SendAsync(HttpMethod.Post, $"/payments/{payment}/refunds", new StringContent(body), "once");

        Assert.Equal(((HttpStatusCode)status, code), (refused.Status, refused.Code));
        Assert.Equal(0, await RefundedAtStripeAsync(payment));
    }

    [Fact]
    public async Task Every_refund_is_recorded_with_the_operators_name()
    {
        var (_, payment) = await PaidAsync();

        await new BackOffice(app.App, "boris").RefundAsync(payment, 100, "for-boris");

        var action = Assert.Single(
            (await _anna.ActionsAsync()).Body!["actions"]!.AsArray(), action => $"{action!["target"]}" == $"{payment}");
        Assert.Equal("payment.refund", action!["action"]!.GetValue<string>());
        Assert.Equal(("boris", "127.0.0.1"), (action["actor"]!.GetValue<string>(), action["address"]!.GetValue<string>()));
        Assert.Contains("100", action["details"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dispute_is_shown_with_its_current_status()
    {
        var (customer, payment) = await PaidAsync();

        var dispute = await _stripe.PostAsync(
            "/_sandbox/disputes", new { payment_intent = await IntentOfAsync(payment), reason = "fraudulent" });
        await Eventually.TrueAsync(async () => (await DisputesAsync()) is ["needs_response"]);
        Assert.NotNull((await _anna.PaymentAsync(payment)).Body!["disputes"]![0]!["dueBy"]);
        await _stripe.PostAsync($"/_sandbox/disputes/{dispute["id"]}/close", new { status = "lost" });
        await Eventually.TrueAsync(async () => (await DisputesAsync()) is ["lost"]);

        // Stripe handles the disputed money. The order stays paid.
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
