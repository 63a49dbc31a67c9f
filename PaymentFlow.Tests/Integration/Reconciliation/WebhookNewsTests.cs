using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using Stripe;
using Customer = PaymentFlow.Tests.Integration.Payments.Customer;

namespace PaymentFlow.Tests.Integration.Reconciliation;

/// <summary>
/// The tests write and sign webhooks themselves. The webhooks come early, late, twice or out of order, or concern foreign objects.
/// </summary>
[Collection(nameof(FaultyStripeApp))]
public sealed class WebhookNewsTests(FaultyStripeApp faulty)
{
    static readonly HttpClient Http = new();
    readonly BackOffice _anna = new(faulty.App);

    [Fact]
    public async Task Both_secrets_are_accepted_while_the_webhook_secret_is_rotated()
    {
        var intent = await PaidIntentAsync();
        foreach (var secret in (string[])[await faulty.App.GetParameterAsync("sandbox-webhook-secret"), FaultyStripeApp.SecondSecret])
        {
            var id = NewEventId();
            Assert.Equal(HttpStatusCode.OK, await DeliverAsync(id, "payment_intent.succeeded", intent.Raw, secret));
            await AppliedAsync(id);
        }
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await DeliverAsync(NewEventId(), "payment_intent.succeeded", intent.Raw, "whsec_of_a_stranger"));
    }

    [Fact]
    public async Task A_duplicate_or_late_webhook_changes_nothing()
    {
        var intent = await PaidIntentAsync();
        var before = await _anna.PaymentAsync(intent.Payment);
        var failed = intent.Raw.DeepClone();
        failed["status"] = "requires_payment_method";
        var (once, late) = (NewEventId(), NewEventId());

        for (var delivery = 0; delivery < 3; delivery++) await DeliverAsync(once, "payment_intent.succeeded", intent.Raw);
        await DeliverAsync(late, "payment_intent.payment_failed", failed);
        await AppliedAsync(once);
        await AppliedAsync(late);

        var after = await _anna.PaymentAsync(intent.Payment);
        Assert.Equal((before["status"], before["version"]), (after["status"], after["version"]));
        Assert.Equal(1, await faulty.QueryAsync<long>("SELECT count(*) FROM stripe_events WHERE id = $1", once));
    }

    [Fact]
    public async Task A_redundant_webhook_is_answered_200_and_not_stored()
    {
        var intent = await PaidIntentAsync();
        string[] ids = [NewEventId(), NewEventId(), NewEventId()];

        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(ids[0], "payment_intent.created", intent.Raw));
        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(ids[1], "payment_intent.amount_capturable_updated", intent.Raw));
        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(ids[2], "charge.succeeded", new JsonObject
        {
            ["id"] = "ch_of_ours",
            ["object"] = "charge",
            ["payment_intent"] = intent.Raw["id"]!.DeepClone(),
        }));

        Assert.Equal(0, await faulty.QueryAsync<long>("SELECT count(*) FROM stripe_events WHERE id = ANY($1)", [ids]));
    }

    [Fact]
    public async Task Webhooks_that_arrive_together_are_stored_once_each_and_done_if_their_payment_is_paid()
    {
        var (first, second) = (await PaidIntentAsync(), await PaidIntentAsync());
        var (once, other) = (NewEventId(), NewEventId());

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 4 == 0
            ? DeliverAsync(other, "payment_intent.succeeded", second.Raw)
            : DeliverAsync(once, "payment_intent.succeeded", first.Raw)));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(2, await faulty.QueryAsync<long>(
            "SELECT count(*) FROM stripe_events WHERE id IN ($1, $2) AND processed_at IS NOT NULL", once, other));
    }

    [Fact]
    public async Task Stripe_is_not_asked_about_a_paid_payment()
    {
        var intent = await PaidIntentAsync();
        var id = NewEventId();
        await faulty.Stripe.FailAsync("retrieve", "error_before", count: 1000);
        try
        {
            await DeliverAsync(id, "payment_intent.succeeded", intent.Raw);
            await AppliedAsync(id);
            Assert.Equal(0, await faulty.QueryAsync<int>("SELECT tries FROM stripe_events WHERE id = $1", id));
        }
        finally
        {
            await faulty.Stripe.RecoverAsync();
        }
    }

    [Fact]
    public async Task A_webhook_that_arrives_before_the_PaymentIntent_is_stored_is_kept_and_applied()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        await faulty.Stripe.FailAsync("create", "error_after", count: 2);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await customer.PayAsync()).Status);
        var payment = await faulty.QueryAsync<Guid>("SELECT id FROM payments WHERE order_id = $1", customer.OrderId);
        // Stripe created the PaymentIntent despite the error, but the payment's row does not contain it.
        var intent = (await faulty.Stripe.Client.V1.PaymentIntents.ListAsync(
            new PaymentIntentListOptions { Limit = 100 }, cancellationToken: TestContext.Current.CancellationToken))
            .First(known => known.Metadata["order_id"] == customer.OrderId.ToString());
        var id = NewEventId();

        await DeliverAsync(id, "payment_intent.processing", JsonNode.Parse(intent.ToJson())!);
        await AppliedAsync(id);

        Assert.Equal(intent.Id, (await _anna.PaymentAsync(payment))["paymentIntent"]);
        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
        Assert.Single(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_webhook_about_a_foreign_object_is_answered_200_and_ignored()
    {
        var (refund, intent, unknown) = (NewEventId(), NewEventId(), NewEventId());

        var ofRefund = await DeliverAsync(refund, "refund.created", new JsonObject
        {
            ["id"] = "re_of_a_stranger",
            ["object"] = "refund",
            ["amount"] = 1,
            ["payment_intent"] = "pi_of_a_stranger",
        });
        var ofIntent = await DeliverAsync(intent, "payment_intent.succeeded", new JsonObject
        {
            ["id"] = "pi_of_a_stranger",
            ["object"] = "payment_intent",
            ["metadata"] = new JsonObject(),
        });
        // The metadata names a payment of PaymentFlow, but Stripe does not know the PaymentIntent.
        var ofNobody = await DeliverAsync(unknown, "payment_intent.succeeded", new JsonObject
        {
            ["id"] = "pi_of_nobody",
            ["object"] = "payment_intent",
            ["metadata"] = new JsonObject { ["payment_id"] = Guid.CreateVersion7().ToString() },
        });

        Assert.All([ofRefund, ofIntent, ofNobody], status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(0, await faulty.QueryAsync<long>("SELECT count(*) FROM stripe_events WHERE id IN ($1, $2)", refund, intent));
        await AppliedAsync(unknown);
    }

    async Task<(Guid Payment, JsonNode Raw)> PaidIntentAsync()
    {
        var customer = await Customer.OrdersAsync(faulty.App);
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);
        var intent = await faulty.Stripe.IntentAsync((await _anna.PaymentAsync(payment))["paymentIntent"]!);
        return (payment, JsonNode.Parse(intent.ToJson())!);
    }

    async Task<HttpStatusCode> DeliverAsync(string id, string type, JsonNode subject, string? secret = null)
    {
        var body = new JsonObject
        {
            ["id"] = id,
            ["object"] = "event",
            ["type"] = type,
            ["livemode"] = false,
            ["api_version"] = "2026-10-28.endive",
            ["data"] = new JsonObject { ["object"] = subject.DeepClone() },
        }.ToJsonString();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(faulty.App.GetEndpoint("payment-api"), "/stripe/webhooks"))
        {
            Content = new StringContent(body),
        };
        request.Headers.Add("Stripe-Signature", EventUtility.GenerateSignatureHeader(
            body,
            secret ?? await faulty.App.GetParameterAsync("sandbox-webhook-secret"),
            TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    Task AppliedAsync(string eventId) => Eventually.TrueAsync(async () => await faulty.QueryAsync<bool>(
        "SELECT EXISTS (SELECT FROM stripe_events WHERE id = $1 AND processed_at IS NOT NULL)", eventId));

    static string NewEventId() => $"evt_{Guid.CreateVersion7():N}";
}
