using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class RefundTests : IAsyncLifetime
{
    const string Refunds = "/v1/refunds";
    readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    SandboxHost _sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_full_refund_marks_the_charge_and_its_events_name_the_PaymentIntent()
    {
        var paid = await _sandbox.PayAsync(amount: 1250);

        var refund = await _sandbox.Stripe.V1.Refunds.CreateAsync(
            new()
            {
                PaymentIntent = paid.Id,
                Reason = "requested_by_customer",
                Metadata = new() { ["refund_id"] = "r-1" },
                Expand = ["charge", "payment_intent"],
            },
            cancellationToken: Token);

        Assert.Equal((1250, "usd", "succeeded", "requested_by_customer"), (refund.Amount, refund.Currency, refund.Status, refund.Reason));
        Assert.Equal((paid.Id, paid.LatestChargeId), (refund.PaymentIntent.Id, refund.Charge.Id));
        Assert.Equal("r-1", refund.Metadata["refund_id"]);
        Assert.True(refund.Charge.Refunded);
        var intent = await _sandbox.GetAsync(paid.Id, "latest_charge.refunds");
        Assert.Equal("succeeded", intent.Status);
        Assert.Equal((1250, 1250), (intent.AmountReceived, intent.LatestCharge.AmountRefunded));
        Assert.Equal(refund.Id, Assert.Single(intent.LatestCharge.Refunds).Id);
        Assert.Equal(["refund.created", "charge.refunded"], (await _sandbox.NewsAsync(paid.Id))[^2..]);
        var created = (await _sandbox.Stripe.V1.Events.ListAsync(new() { Type = "refund.created" }, cancellationToken: Token)).Single();
        Assert.Equal(paid.Id, Assert.IsType<Refund>(created.Data.Object).PaymentIntentId);
    }

    [Fact]
    public async Task Partial_refunds_never_exceed_the_charge()
    {
        var paid = await _sandbox.PayAsync(amount: 1000);
        await _sandbox.RefundAsync(paid.Id, 300);
        await _sandbox.Stripe.V1.Refunds.CreateAsync(new() { Charge = paid.LatestChargeId, Amount = 300 }, cancellationToken: Token);

        var tooMuch = await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(paid.Id, 401));
        Assert.Equal(("amount", "invalid_request_error"), (tooMuch.StripeError.Param, tooMuch.StripeError.Type));
        Assert.Contains("greater than unrefunded amount on charge (4.00 USD)", tooMuch.StripeError.Message, StringComparison.Ordinal);
        var charge = (await _sandbox.GetAsync(paid.Id, "latest_charge")).LatestCharge;
        Assert.Equal((600, false), (charge.AmountRefunded, charge.Refunded));

        await _sandbox.RefundAsync(paid.Id, 400);
        var again = await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(paid.Id));
        Assert.Equal("charge_already_refunded", again.StripeError.Code);
        charge = (await _sandbox.GetAsync(paid.Id, "latest_charge")).LatestCharge;
        Assert.Equal((1000, true), (charge.AmountRefunded, charge.Refunded));
    }

    [Fact]
    public async Task Concurrent_refunds_never_exceed_the_charge()
    {
        var paid = await _sandbox.PayAsync(amount: 1000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            _sandbox.PostAsync(Refunds, new() { ["payment_intent"] = paid.Id, ["amount"] = "300" })));

        Assert.Equal(3, answers.Count(a => a.Status == HttpStatusCode.OK));
        var ledger = await _sandbox.LedgerAsync(paid.Id);
        Assert.Equal(900, ledger.GetProperty("refunds").EnumerateArray().Sum(r => r.GetProperty("amount").GetInt64()));
    }

    [Fact]
    public async Task An_unpaid_or_unknown_PaymentIntent_cannot_be_refunded()
    {
        var open = await _sandbox.CreateAsync();

        var unpaid = await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(open.Id));
        Assert.Contains("does not have a successful charge to refund", unpaid.StripeError.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync("pi_none"));
        Assert.Equal(("resource_missing", "payment_intent"), (unknown.StripeError.Code, unknown.StripeError.Param));
        Assert.Equal("parameter_missing", (await _sandbox.PostAsync(Refunds, [])).Error.GetProperty("code").GetString());
        var amount = await _sandbox.PostAsync(Refunds, new() { ["payment_intent"] = open.Id, ["amount"] = "0" });
        Assert.Equal(HttpStatusCode.BadRequest, amount.Status);
        var reason = await _sandbox.PostAsync(Refunds, new() { ["payment_intent"] = open.Id, ["reason"] = "whim" });
        Assert.Equal(HttpStatusCode.BadRequest, reason.Status);
        var missing = await Assert.ThrowsAsync<StripeException>(() =>
            _sandbox.Stripe.V1.Refunds.GetAsync("re_none", cancellationToken: Token));
        Assert.Equal(HttpStatusCode.NotFound, missing.HttpStatusCode);
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gets_the_same_refund_even_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("paymentflow-refunds-");
        var journal = Path.Combine(folder.FullName, "journal.ndjson");
        string id, body;
        await using (var before = await SandboxHost.StartAsync(journal))
        {
            id = (await before.PayAsync()).Id;
            body = (await before.PostAsync(Refunds, new() { ["payment_intent"] = id, ["amount"] = "100" }, "key")).Body;
            Assert.Equal(body, (await before.PostAsync(Refunds, new() { ["payment_intent"] = id, ["amount"] = "100" }, "key")).Body);
        }
        await using (var after = await SandboxHost.StartAsync(journal))
        {
            var repeat = await after.PostAsync(Refunds, new() { ["payment_intent"] = id, ["amount"] = "100" }, "key");
            Assert.Equal(body, repeat.Body);
            Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
            var refund = Assert.Single(await after.Stripe.V1.Refunds.ListAsync(new() { PaymentIntent = id }, cancellationToken: Token));
            Assert.Equal(JsonSerializer.Deserialize<JsonElement>(body).GetProperty("id").GetString(), refund.Id);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_refund_that_fails_later_has_an_event_and_its_amount_is_refundable_again()
    {
        var paid = await _sandbox.PayAsync("pm_card_refundFail", 1000);
        var refund = await _sandbox.RefundAsync(paid.Id, 700);
        Assert.Equal("succeeded", refund.Status);
        Assert.Equal("charge_already_refunded", (await RefundAllAndFailAsync(paid.Id)).StripeError.Code);

        await PassAsync(async () => (await GetAsync(refund.Id)).Status == "failed");

        Assert.Equal("expired_or_canceled_card", (await GetAsync(refund.Id)).FailureReason);
        await PassAsync(async () => (await _sandbox.GetAsync(paid.Id, "latest_charge")).LatestCharge.AmountRefunded == 0);
        await Eventually.TrueAsync(async () => (await _sandbox.NewsAsync(paid.Id)).Count(type => type == "refund.failed") == 2);
        Assert.Equal(["failed", "failed"], (await _sandbox.LedgerAsync(paid.Id)).GetProperty("refunds").EnumerateArray()
            .Select(r => r.GetProperty("status").GetString()));
        Assert.Equal("succeeded", (await _sandbox.RefundAsync(paid.Id, 1000)).Status);
    }

    [Fact]
    public async Task A_pending_refund_succeeds_later_even_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("paymentflow-refunds-");
        var journal = Path.Combine(folder.FullName, "journal.ndjson");
        string refund;
        await using (var before = await SandboxHost.StartAsync(journal, time: _time))
        {
            var pending = await before.RefundAsync((await before.PayAsync("pm_card_pendingRefund")).Id);
            Assert.Equal("pending", pending.Status);
            refund = pending.Id;
        }
        await using (var after = await SandboxHost.StartAsync(journal, time: _time))
        {
            var client = after.Stripe.V1.Refunds;
            await PassAsync(async () => (await client.GetAsync(refund, cancellationToken: Token)).Status == "succeeded");
            await Eventually.TrueAsync(async () => (await after.Stripe.V1.Events.ListAsync(
                new() { Types = ["refund.updated", "charge.refund.updated"] }, cancellationToken: Token)).Count() == 2);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Only_a_pending_refund_can_be_canceled_and_its_amount_is_refundable_again()
    {
        var paid = await _sandbox.PayAsync("pm_card_pendingRefund", 900);
        var refund = await _sandbox.RefundAsync(paid.Id);

        var canceled = await _sandbox.Stripe.V1.Refunds.CancelAsync(refund.Id, cancellationToken: Token);

        Assert.Equal("canceled", canceled.Status);
        Assert.Equal(0, (await _sandbox.GetAsync(paid.Id, "latest_charge")).LatestCharge.AmountRefunded);
        await Assert.ThrowsAsync<StripeException>(() => _sandbox.Stripe.V1.Refunds.CancelAsync(refund.Id, cancellationToken: Token));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("canceled", (await GetAsync(refund.Id)).Status);
    }

    [Fact]
    public async Task Refunds_are_paged_newest_first()
    {
        var paid = await _sandbox.PayAsync();
        await _sandbox.RefundAsync((await _sandbox.PayAsync()).Id);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add((await _sandbox.RefundAsync(paid.Id, 100)).Id);

        var page = await _sandbox.Stripe.V1.Refunds.ListAsync(new() { PaymentIntent = paid.Id, Limit = 2 }, cancellationToken: Token);
        Assert.True(page.HasMore);
        Assert.Equal([ids[4], ids[3]], page.Select(r => r.Id));
        var all = new List<string>();
        await foreach (var refund in _sandbox.Stripe.V1.Refunds.ListAutoPagingAsync(
            new() { Charge = paid.LatestChargeId, Limit = 2 }, cancellationToken: Token))
            all.Add(refund.Id);
        Assert.Equal(ids.AsEnumerable().Reverse(), all);
        var newer = await _sandbox.Stripe.V1.Refunds.ListAsync(
            new() { PaymentIntent = paid.Id, EndingBefore = ids[1], Limit = 2 }, cancellationToken: Token);
        Assert.Equal([ids[3], ids[2]], newer.Select(r => r.Id));
    }

    async Task<StripeException> RefundAllAndFailAsync(string intent)
    {
        await _sandbox.RefundAsync(intent);
        return await Assert.ThrowsAsync<StripeException>(() => _sandbox.RefundAsync(intent));
    }

    Task<Refund> GetAsync(string id) => _sandbox.Stripe.V1.Refunds.GetAsync(id, cancellationToken: Token);

    /// <summary>Advances the clock until the condition is true.</summary>
    Task PassAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });
}
