using System.Net;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using Stripe;
using Customer = PaymentFlow.Tests.Integration.Payments.Customer;

namespace PaymentFlow.Tests.Integration.Reconciliation;

/// <summary>PaymentApi asks Stripe for an unknown outcome. It never guesses the outcome and never charges again.</summary>
[Collection(nameof(FaultyStripeApp))]
public sealed class ReconciliationTests(FaultyStripeApp faulty) : IAsyncLifetime
{
    static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2);
    readonly BackOffice _anna = new(faulty.App);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await faulty.Stripe.RecoverAsync();

    [Fact]
    public async Task A_charge_whose_answer_was_an_error_is_found_and_not_made_again()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();
        await faulty.Stripe.FailAsync("confirm", "error_after");

        var told = await customer.PayAsync(key: "k");
        var again = await customer.PayAsync(key: "another");

        Assert.Equal((HttpStatusCode.OK, "processing"), (told.Status, told["status"]));
        // On a busy machine the charge may be found before the second request is answered.
        Assert.Contains(again.Code, (string?[])["confirmation_in_flight", "already_paid"]);
        await live.UntilAsync("paid");
        Assert.Equal("succeeded", (await customer.PayAsync(key: "k"))["status"]);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_order_is_payable_again_after_a_confirmation_that_Stripe_never_received()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        await faulty.Stripe.FailAsync("confirm", "error_before", count: 2);
        var told = await customer.PayAsync(key: "k");
        Assert.Equal("processing", told["status"]);

        await faulty.AgeAsync(Guid.Parse(told["paymentId"]!), TwoMinutes);
        await Eventually.TrueAsync(async () => (await customer.PayAsync(key: "k"))["status"] == "succeeded");

        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_earlier_decline_does_not_settle_a_confirmation_that_may_be_under_way()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        var payment = Guid.Parse((await customer.PayAsync("pm_card_visa_chargeDeclined"))["paymentId"]!);
        await faulty.Stripe.FailAsync("confirm", "error_before", count: 2);
        Assert.Equal("processing", (await customer.PayAsync(key: "second"))["status"]);

        // Asked at this moment, Stripe still shows the decline of the first attempt, which settles nothing.
        await faulty.AgeAsync(payment, TimeSpan.Zero);
        await AskedAsync(payment);
        Assert.Equal("processing", (await _anna.PaymentAsync(payment))["status"]);

        await faulty.AgeAsync(payment, TwoMinutes);
        await Eventually.TrueAsync(async () => (await _anna.PaymentAsync(payment))["status"] == "failed");
        Assert.Equal("succeeded", (await customer.PayAsync(key: "third"))["status"]);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_payment_that_is_prepared_and_never_paid_is_canceled_at_Stripe_and_in_PaymentApi()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();
        var prepared = await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""");

        await live.UntilAsync("canceled");

        var intent = (await _anna.PaymentAsync(Guid.Parse(prepared["paymentId"]!)))["paymentIntent"]!;
        Assert.Equal("canceled", (await faulty.Stripe.IntentAsync(intent)).Status);
        Assert.Equal("order_canceled", (await customer.PayAsync()).Code);
    }

    [Fact]
    public async Task An_abandoned_3D_Secure_challenge_expires_without_a_charge()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();
        Assert.Equal("requires_action", (await customer.PayAsync("pm_card_threeDSecure2Required"))["status"]);

        await live.UntilAsync("canceled");

        Assert.Equal("order_canceled", (await customer.PayAsync()).Code);
        Assert.Empty(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_event_without_a_webhook_is_found_by_listing_Stripes_events()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);
        await live.UntilAsync("paid");
        var intent = (await _anna.PaymentAsync(payment))["paymentIntent"]!;

        await faulty.Stripe.Client.V1.Refunds.CreateAsync(
            new RefundCreateOptions { PaymentIntent = intent, Amount = 100 }, cancellationToken: TestContext.Current.CancellationToken);

        await live.UntilAsync("partially_refunded");
        Assert.Equal("100", (await _anna.PaymentAsync(payment))["amountRefunded"]);
    }

    [Fact]
    public async Task A_refund_whose_answer_was_an_error_is_found_and_not_made_again()
    {
        var (customer, payment) = await PaidAsync();
        using var live = await customer.WatchAsync();
        await faulty.Stripe.FailAsync("refund", "error_after");

        var told = await _anna.RefundAsync(payment, 100, "k");
        Assert.Equal((HttpStatusCode.OK, "pending"), (told.Status, told["status"]));
        await live.UntilAsync("partially_refunded");

        Assert.Equal("succeeded", (await _anna.RefundAsync(payment, 100, "k"))["status"]);
        Assert.Equal("100", (await _anna.PaymentAsync(payment))["amountRefunded"]);
    }

    [Fact]
    public async Task A_refund_that_Stripe_never_received_can_be_made_again()
    {
        var (customer, payment) = await PaidAsync();
        await faulty.Stripe.FailAsync("refund", "error_before", count: 2);

        Assert.Equal("pending", (await _anna.RefundAsync(payment))["status"]);
        Assert.Equal("already_refunded", (await _anna.RefundAsync(payment)).Code);
        await faulty.AgeAsync(payment, TwoMinutes);
        await Eventually.TrueAsync(async () => (await _anna.RefundAsync(payment))["status"] == "succeeded");

        Assert.Equal(customer.Amount.ToString(null, null), (await _anna.PaymentAsync(payment))["amountRefunded"]);
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("create")]
    public async Task When_Stripe_limits_the_rate_nothing_is_charged_and_the_same_key_pays_later(string call)
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        await faulty.Stripe.FailAsync(call, "rate_limit", count: 10);

        var told = await customer.PayAsync(key: "k");
        await faulty.Stripe.RecoverAsync();
        var paid = await customer.PayAsync(key: "k");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stripe_unavailable"), (told.Status, told.Code));
        Assert.NotNull(told.RetryAfter);
        Assert.Equal("succeeded", paid["status"]);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task An_error_that_Stripe_repeats_for_an_idempotency_key_does_not_block_the_order()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        await faulty.Stripe.FailAsync("create", "error_after");

        var told = await customer.PayAsync(key: "k");
        var paid = await customer.PayAsync(key: "k");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stripe_unavailable"), (told.Status, told.Code));
        Assert.Equal("succeeded", paid["status"]);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_cancellation_with_an_unknown_outcome_can_be_repeated()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        await customer.PayAsync("pm_card_visa_chargeDeclined");
        await faulty.Stripe.FailAsync("cancel", "error_after", count: 2);

        var told = await customer.CancelAsync();
        var again = await customer.CancelAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, told.Status);
        Assert.NotNull(told.RetryAfter);
        Assert.Equal((HttpStatusCode.OK, "canceled"), (again.Status, again["status"]));
    }

    /// <summary>Waits until PaymentApi has asked Stripe about the payment and has handled the answer.</summary>
    async Task AskedAsync(Guid payment)
    {
        await Eventually.TrueAsync(async () => await faulty.QueryAsync<bool>(
            "SELECT reconcile_at > now() FROM payments WHERE id = $1", payment));
        // Checks run in batches, one after another. So when a later check of another payment is done, this payment's check is done too.
        var other = await Customer.OrdersAsync(faulty.App);
        await faulty.Stripe.FailAsync("confirm", "error_after");
        using var live = await other.WatchAsync();
        await other.PayAsync();
        await live.UntilAsync("paid");
    }

    async Task<(Customer Customer, Guid Payment)> PaidAsync()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);
        using var live = await customer.WatchAsync();
        await live.UntilAsync("paid");
        return (customer, payment);
    }
}
