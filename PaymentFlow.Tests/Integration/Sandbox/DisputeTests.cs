using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class DisputeTests : IAsyncLifetime
{
    SandboxHost _sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _sandbox = await SandboxHost.StartAsync(settings: "--Sandbox:ScheduledEffectsDelay=00:00:00.05");

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_dispute_withdraws_the_money_and_a_won_dispute_reinstates_it()
    {
        var paid = await _sandbox.PayAsync(amount: 1250);
        var id = await OpenAsync(new { payment_intent = paid.Id, reason = "product_not_received" });

        var dispute = await _sandbox.Stripe.V1.Disputes.GetAsync(id, cancellationToken: Token);
        Assert.Equal((1250, "needs_response", "product_not_received"), (dispute.Amount, dispute.Status, dispute.Reason));
        Assert.Equal((paid.Id, paid.LatestChargeId), (dispute.PaymentIntentId, dispute.ChargeId));
        Assert.Equal(-1250, Assert.Single(dispute.BalanceTransactions).Amount);
        Assert.True((await _sandbox.GetAsync(paid.Id, "latest_charge")).LatestCharge.Disputed);
        var blocked = await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(paid.Id));
        Assert.Equal("charge_disputed", blocked.StripeError.Code);

        await CloseAsync(id, "won");

        dispute = await _sandbox.Stripe.V1.Disputes.GetAsync(id, cancellationToken: Token);
        Assert.Equal(("won", 0), (dispute.Status, dispute.BalanceTransactions.Sum(t => t.Amount)));
        Assert.Equal(
            ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed", "charge.dispute.funds_reinstated"],
            (await _sandbox.NewsAsync(paid.Id)).Where(t => t.Contains("dispute", StringComparison.Ordinal)));
        Assert.Equal("succeeded", (await _sandbox.RefundAsync(paid.Id)).Status);
        Assert.Equal("won", (await _sandbox.LedgerAsync(paid.Id)).GetProperty("disputes")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_lost_dispute_stays_lost_and_nothing_can_be_refunded()
    {
        var paid = await _sandbox.PayAsync();
        var id = await OpenAsync(new { payment_intent = paid.Id, amount = 400 });

        await CloseAsync(id, "lost");

        Assert.Equal(
            ("lost", 400),
            ((await _sandbox.Stripe.V1.Disputes.GetAsync(id, cancellationToken: Token)) is var d ? d.Status : "", d.Amount));
        Assert.DoesNotContain("charge.dispute.funds_reinstated", await _sandbox.NewsAsync(paid.Id));
        Assert.Equal("charge_disputed", (await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(paid.Id))).StripeError.Code);
        var again = await _sandbox.Http.PostAsJsonAsync($"/_sandbox/disputes/{id}/close", new { status = "won" }, Token);
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
    }

    [Fact]
    public async Task Stripes_test_method_opens_a_dispute_after_charging()
    {
        var paid = await _sandbox.PayAsync("pm_card_createDispute");
        Assert.Equal("succeeded", paid.Status);

        await Eventually.TrueAsync(async () => (await DisputesOfAsync(paid.Id)).Any());

        Assert.Equal("fraudulent", Assert.Single(await DisputesOfAsync(paid.Id)).Reason);
    }

    [Fact]
    public async Task An_invalid_dispute_is_refused_and_changes_nothing()
    {
        var open = await _sandbox.CreateAsync();
        var paid = await _sandbox.PayAsync();
        await OpenAsync(new { payment_intent = paid.Id });

        foreach (var (request, status) in ((object, HttpStatusCode)[])
        [
            (new { payment_intent = open.Id }, HttpStatusCode.BadRequest),
            (new { payment_intent = paid.Id }, HttpStatusCode.BadRequest),
            (new { payment_intent = paid.Id, reason = "spite" }, HttpStatusCode.BadRequest),
            (new { payment_intent = "pi_none" }, HttpStatusCode.NotFound),
            (new { }, HttpStatusCode.BadRequest),
        ])
            Assert.Equal(status, (await _sandbox.Http.PostAsJsonAsync("/_sandbox/disputes", request, Token)).StatusCode);
        Assert.Empty(await DisputesOfAsync(open.Id));
        Assert.Single(await DisputesOfAsync(paid.Id));
    }

    async Task<IEnumerable<Dispute>> DisputesOfAsync(string intent) =>
        await _sandbox.Stripe.V1.Disputes.ListAsync(new() { PaymentIntent = intent }, cancellationToken: Token);

    async Task<string> OpenAsync(object request)
    {
        using var response = await _sandbox.Http.PostAsJsonAsync("/_sandbox/disputes", request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("id").GetString()!;
    }

    async Task CloseAsync(string id, string status)
    {
        using var response = await _sandbox.Http.PostAsJsonAsync($"/_sandbox/disputes/{id}/close", new { status }, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
