using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.Contracts.Attention;
using PaymentFlow.OrderService.Attention;
using PaymentFlow.PaymentApi.Attention;
using PaymentFlow.Persistence.Attention;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Operators;

/// <summary>The items that the services list as needing attention, on databases that hold nothing else.</summary>
public sealed class AttentionTests(PaymentFlowApp app)
{
    [Fact]
    public async Task Payments_list_unknown_outcomes_disputes_orders_ahead_and_events_behind_or_published_again()
    {
        await using ScratchDatabase database = new(app.PaymentsDb, PaymentAttention.AddAttention);
        await database.InitializeAsync();
        Assert.All(await KindsAsync(database), kind => Assert.Equal(0, kind.Value.Count));

        // One row of each kind, and rows beside them that are as they should be.
        await database.ExecuteAsync("""
            INSERT INTO payments (id, order_id, reference, amount, currency, status, payment_intent_id, attempt_id, attempts)
            SELECT md5('payment ' || name)::uuid, md5('order ' || name)::uuid, name, 500, 'usd', status, 'pi_' || name,
                md5('attempt ' || name)::uuid, 2
            FROM (VALUES ('unknown', 'processing'), ('fresh', 'processing'), ('bank', 'processing'), ('paid', 'succeeded'))
                AS v (name, status);
            INSERT INTO payment_attempts (id, payment_id, number, payment_method, status, started_at)
            SELECT md5('attempt ' || name)::uuid, md5('payment ' || name)::uuid, 1, 'pm_card_visa', status, now() - age
            FROM (VALUES ('unknown', 'started', interval '2 minutes'), ('fresh', 'started', interval '1 second'),
                ('bank', 'processing', interval '2 days')) AS v (name, status, age);
            INSERT INTO refunds (id, payment_id, amount, status, created_at)
            SELECT md5(status || age)::uuid, md5('payment paid')::uuid, 100, status, now() - age
            FROM (VALUES ('reserved', interval '2 minutes'), ('reserved', interval '0'), ('pending', interval '1 day')) AS v (status, age);
            INSERT INTO disputes (id, payment_id, amount, currency, reason, status, created_at, due_by)
            SELECT 'dp_' || status, md5('payment paid')::uuid, 500, 'usd', 'fraudulent', status, now(), now() + due
            FROM (VALUES ('needs_response', interval '7 days'), ('warning_under_review', interval '9 days'),
                ('lost', interval '0'), ('won', interval '0')) AS v (status, due);
            INSERT INTO orders_ahead (order_id, payment_version, status) VALUES (md5('order paid')::uuid, 9, 'refunded');
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, published_at, applied_at, checks, republished)
            SELECT md5('event ' || name)::uuid, topic, key, 'payment.succeeded', '/payment-api', now(), '', now() - age, applied, checks,
                checks
            FROM (VALUES ('checked', 'payments', md5('order paid')::uuid::text, interval '1 minute', NULL::timestamptz, 1),
                ('old', 'payments', 'no id', interval '10 minutes', NULL, 0), ('new', 'payments', 'no id', interval '1 minute', NULL, 0),
                ('applied', 'payments', 'no id', interval '10 minutes', now(), 1), ('other', 'orders', 'no id', interval '1 day', NULL, 0))
                AS v (name, topic, key, age, applied, checks);
            INSERT INTO republished_events (event_id, order_id, type, times, last_at)
            SELECT md5(age::text)::uuid, md5('order paid')::uuid, 'payment.succeeded', 3, now() - age
            FROM (VALUES (interval '1 hour'), (interval '2 days')) AS v (age)
            """);
        var kinds = await KindsAsync(database);

        var unknown = Assert.Single(kinds[AttentionKinds.OutcomeUnknown].Items);
        Assert.Equal(("unknown", 500, "usd", "pi_unknown", 2),
            (unknown.Reference, unknown.Amount, unknown.Currency, unknown.PaymentIntent, unknown.Times));
        Assert.Equal(100, Assert.Single(kinds[AttentionKinds.RefundUnknown].Items).Amount);
        Assert.Equal(["dp_needs_response", "dp_warning_under_review"], kinds[AttentionKinds.DisputeOpen].Items.Select(item => item.Id));
        Assert.All(kinds[AttentionKinds.DisputeOpen].Items, item => Assert.NotNull(item.DueAt));
        var ahead = Assert.Single(kinds[AttentionKinds.OrderAhead].Items);
        Assert.Equal(("refunded", "paid"), (ahead.Status, ahead.Reference));
        // A key that is no order's id must not fail the list.
        Assert.Equal(["paid", null], kinds[AttentionKinds.EventBehind].Items.Select(item => item.Reference));
        Assert.Equal(3, Assert.Single(kinds[AttentionKinds.EventRepublished].Items).Times);
        // The number is of all, however many are wanted.
        var dispute = (await KindsAsync(database, limit: 1))[AttentionKinds.DisputeOpen];
        Assert.Equal((2, 1), (dispute.Count, dispute.Items.Count));
    }

    [Fact]
    public async Task Orders_list_dead_letters_endpoints_that_fail_and_webhooks_that_were_not_delivered()
    {
        await using ScratchDatabase database = new(app.PaymentsDb, OrderAttention.AddAttention, ofOrders: true);
        await database.InitializeAsync();
        Assert.All(await KindsAsync(database), kind => Assert.Equal(0, kind.Value.Count));

        await database.ExecuteAsync("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, description)
            VALUES (md5('order')::uuid, 'mug-1', decode(repeat('00', 32), 'hex'), 500, 'eur', '[]', now(), now(), 'written past the API');
            INSERT INTO dead_letters (event_id, topic, "partition", "offset", key, headers, error, received_at, replayed_at)
            SELECT md5(key || coalesce(replayed::text, ''))::uuid, 'payments', 0, 0, key, '{}', 'no such order', now() - age, replayed
            FROM (VALUES (md5('order')::uuid::text, interval '1 hour', NULL::timestamptz), (repeat('long', 9999), interval '2 hours', NULL),
                (md5('order')::uuid::text, interval '3 hours', now())) AS v (key, age, replayed);
            INSERT INTO webhook_endpoints (id, url, types, secret, created_at, enabled, disabled_reason, failing_since, last_error)
            SELECT md5(name)::uuid, 'https://' || name || '.example/hook?token=secret', '{*}', '', now() - interval '1 day', reason IS NULL,
                reason, since, CASE WHEN since IS NOT NULL THEN 'timeout' END
            FROM (VALUES ('works', NULL, NULL::timestamptz), ('fails', NULL, now() - interval '1 hour'), ('gone', 'gone', NULL),
                ('rests', 'requested', now())) AS v (name, reason, since);
            INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, order_id, body, state, tries)
            SELECT gen_random_uuid(), md5(endpoint)::uuid, gen_random_uuid(), type, md5('order')::uuid, '', state, 8
            FROM (VALUES ('fails', 'order.paid', 'failed'), ('fails', 'order.paid', 'pending'), ('fails', 'webhook.test', 'failed'),
                ('deleted', 'order.paid', 'failed')) AS v (endpoint, type, state)
            """);
        var kinds = await KindsAsync(database);

        Assert.Equal(["mug-1", null], kinds[AttentionKinds.DeadLetter].Items.Select(item => item.Reference));
        Assert.Equal(["https://fails.example/hook: timeout", "https://gone.example/hook"],
            kinds[AttentionKinds.WebhookFailing].Items.Select(item => item.Detail));
        Assert.Equal([null, "gone"], kinds[AttentionKinds.WebhookFailing].Items.Select(item => item.Status));
        var failed = Assert.Single(kinds[AttentionKinds.WebhookNotDelivered].Items);
        Assert.Equal(("order.paid → https://fails.example/hook", "mug-1", 8), (failed.Detail, failed.Reference, failed.Times));
    }

    static async Task<Dictionary<string, AttentionKind>> KindsAsync(ScratchDatabase database, int limit = 100) =>
        (await database.Services.GetRequiredService<AttentionReader>()
            .ReadAsync(limit, item => item, TestContext.Current.CancellationToken)).Kinds.ToDictionary(kind => kind.Kind);
}
