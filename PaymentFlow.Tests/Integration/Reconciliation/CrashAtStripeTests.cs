using System.Net;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using Stripe;
using Customer = PaymentFlow.Tests.Integration.Payments.Customer;

namespace PaymentFlow.Tests.Integration.Reconciliation;

/// <summary>
/// PaymentApi is killed (-9) during a call to Stripe, before or after Stripe has done its work. The client repeats its request
/// until there is an answer, as a browser would. The operation must happen once.
/// </summary>
[Collection(nameof(FaultyStripeApp))]
public sealed class CrashAtStripeTests(FaultyStripeApp faulty) : IAsyncLifetime
{
    static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2);
    readonly BackOffice _anna = new(faulty.App);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await faulty.Stripe.RecoverAsync();

    [Theory]
    [InlineData("create", "hang_before")]
    [InlineData("create", "hang_after")]
    [InlineData("confirm", "hang_before")]
    [InlineData("confirm", "hang_after")]
    public async Task A_payment_is_charged_once(string call, string fault)
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();

        await KilledDuringAsync(call, fault, () => customer.PayAsync(key: "k"));
        await faulty.AgeAsync(await PaymentOfAsync(customer), TwoMinutes);
        await RepeatUntilAsync("succeeded", () => customer.PayAsync(key: "k"));

        await live.UntilAsync("paid");
        var charge = Assert.Single(await customer.ChargesAsync());
        Assert.Equal(customer.Amount, charge["amount"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_pays_the_order_without_a_repeated_request()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();

        await KilledDuringAsync("confirm", "hang_after", () => customer.PayAsync());

        await live.UntilAsync("paid");
        Assert.Single(await customer.ChargesAsync());
        // The journey shows one attempt, although another process recorded its end.
        var journey = await _anna.SendAsync(HttpMethod.Get, $"/payments/journey?orderId={customer.OrderId}");
        var kinds = journey.Body!["steps"]!.AsArray().Select(step => step!["kind"]!.GetValue<string>()).ToList();
        Assert.Equal(
            ["payment.accepted", "attempt.started", "attempt.succeeded", "payment.succeeded"],
            kinds.Where(kind => kind is not "payment.processing" && kind.Split('.')[0] is "attempt" or "payment"));
    }

    [Theory]
    [InlineData("hang_before")]
    [InlineData("hang_after")]
    public async Task A_cancellation_takes_effect(string fault)
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();
        await customer.PayAsync("pm_card_visa_chargeDeclined");

        await KilledDuringAsync("cancel", fault, customer.CancelAsync);
        await RepeatUntilAsync("canceled", customer.CancelAsync);

        await live.UntilAsync("canceled");
        Assert.Equal("order_canceled", (await customer.PayAsync()).Code);
    }

    [Theory]
    [InlineData("hang_before")]
    [InlineData("hang_after")]
    public async Task A_refund_is_made_once(string fault)
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        using var live = await customer.WatchAsync();
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);

        await KilledDuringAsync("refund", fault, () => _anna.RefundAsync(payment, 100, "k"));
        await faulty.AgeAsync(payment, TwoMinutes);
        await RepeatUntilAsync("succeeded", () => _anna.RefundAsync(payment, 100, "k"));

        await live.UntilAsync("partially_refunded");
        var refunds = await faulty.Stripe.Client.V1.Refunds.ListAsync(
            new RefundListOptions { PaymentIntent = (await _anna.PaymentAsync(payment))["paymentIntent"] },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(100, Assert.Single(refunds).Amount);
    }

    async Task KilledDuringAsync(string call, string fault, Func<Task<Answer>> ask)
    {
        await faulty.Stripe.FailAsync(call, fault);
        var asked = ask();
        await faulty.Stripe.HoldingAsync();
        faulty.KillPaymentApi();
        await Assert.ThrowsAsync<HttpRequestException>(() => asked);
        await faulty.Stripe.RecoverAsync();
    }

    /// <summary>Repeats a request as a browser does while the service starts or the outcome is unknown.</summary>
    static Task RepeatUntilAsync(string status, Func<Task<Answer>> ask) => Eventually.TrueAsync(async () =>
    {
        try
        {
            return await ask() is { Status: HttpStatusCode.OK } answer && answer["status"] == status;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    Task<Guid> PaymentOfAsync(Customer customer) =>
        faulty.QueryAsync<Guid>("SELECT id FROM payments WHERE order_id = $1", customer.OrderId);
}
