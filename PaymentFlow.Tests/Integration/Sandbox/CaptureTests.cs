using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class CaptureTests : IAsyncLifetime
{
    SandboxHost _sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task Manual_capture_first_reserves_the_money_and_later_charges_it()
    {
        var held = await HoldAsync(1250);
        Assert.Equal(("requires_capture", 1250, 0), (held.Status, held.AmountCapturable, held.AmountReceived));
        Assert.Equal((false, true), (held.LatestCharge.Captured, held.LatestCharge.Paid));
        Assert.Empty(await _sandbox.ChargesAsync());
        await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(held.Id));

        var captured = await _sandbox.Stripe.V1.PaymentIntents.CaptureAsync(
            held.Id, new() { Expand = ["latest_charge"] }, cancellationToken: Token);

        Assert.Equal(("succeeded", 0, 1250), (captured.Status, captured.AmountCapturable, captured.AmountReceived));
        Assert.Equal((true, held.LatestCharge.Id), (captured.LatestCharge.Captured, captured.LatestCharge.Id));
        Assert.Equal((held.Id, 1250), Assert.Single(await _sandbox.ChargesAsync()) is var c ? (c.PaymentIntent, c.Amount) : default);
        Assert.Equal(
            ["charge.succeeded", "payment_intent.amount_capturable_updated", "charge.captured", "payment_intent.succeeded"],
            await _sandbox.NewsAsync(held.Id));
        var again = await Assert.ThrowsAsync<StripeException>(() => CaptureAsync(held.Id));
        Assert.Equal("payment_intent_unexpected_state", again.StripeError.Code);
    }

    [Fact]
    public async Task A_part_can_be_captured_and_only_that_part_can_be_refunded()
    {
        var held = await HoldAsync(1000);
        var tooMuch = await Assert.ThrowsAsync<StripeException>(() => CaptureAsync(held.Id, 1001));
        Assert.Equal(("amount_too_large", "amount_to_capture"), (tooMuch.StripeError.Code, tooMuch.StripeError.Param));

        Assert.Equal(600, (await CaptureAsync(held.Id, 600)).AmountReceived);

        var charge = (await _sandbox.GetAsync(held.Id, "latest_charge")).LatestCharge;
        Assert.Equal((1000, 600, 400), (charge.Amount, charge.AmountCaptured, charge.AmountRefunded));
        Assert.Equal(600, Assert.Single(await _sandbox.ChargesAsync()).Amount);
        await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(held.Id, 601));
        Assert.Equal(600, (await _sandbox.RefundAsync(held.Id)).Amount);
    }

    [Fact]
    public async Task Canceling_releases_the_reserved_money()
    {
        var held = await HoldAsync(1000);

        var canceled = await _sandbox.Stripe.V1.PaymentIntents.CancelAsync(
            held.Id, new() { Expand = ["latest_charge"] }, cancellationToken: Token);

        Assert.Equal(("canceled", 0), (canceled.Status, canceled.AmountCapturable));
        Assert.Equal(
            (false, true, 1000),
            (canceled.LatestCharge.Captured, canceled.LatestCharge.Refunded, canceled.LatestCharge.AmountRefunded));
        await Assert.ThrowsAsync<StripeException>(() => CaptureAsync(held.Id));
        Assert.Empty(await _sandbox.ChargesAsync());
        Assert.False((await _sandbox.LedgerAsync(held.Id)).GetProperty("charges")[0].GetProperty("captured").GetBoolean());
    }

    [Fact]
    public async Task A_payment_that_is_not_reserved_cannot_be_captured()
    {
        var open = await _sandbox.CreateAsync();

        var refused = await Assert.ThrowsAsync<StripeException>(() => CaptureAsync(open.Id));

        Assert.Equal("payment_intent_unexpected_state", refused.StripeError.Code);
        Assert.Equal(open.Id, refused.StripeError.PaymentIntent.Id);
    }

    async Task<PaymentIntent> HoldAsync(long amount)
    {
        var intent = await _sandbox.CreateAsync(amount, o => o.CaptureMethod = "manual");
        await _sandbox.ConfirmAsync(intent.Id, "pm_card_visa");
        return await _sandbox.GetAsync(intent.Id, "latest_charge");
    }

    Task<PaymentIntent> CaptureAsync(string id, long? amount = null) =>
        _sandbox.Stripe.V1.PaymentIntents.CaptureAsync(id, new() { AmountToCapture = amount }, cancellationToken: Token);
}
