using Microsoft.AspNetCore.Http;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>From a committed event to a shop's endpoint, on the real Postgres.</summary>
public sealed class WebhookDeliveryTests(WebhookHost host) : IClassFixture<WebhookHost>, IAsyncDisposable
{
    const string Count = "SELECT count(*) FROM webhook_deliveries WHERE event_id = $1";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_arrives_as_it_is_in_the_topic_with_a_signature_that_verifies()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        var (id, secret) = await host.AddEndpointAsync(shop.Url, EventTypes.OrderPaid);
        var paid = WebhookHost.NewEvent();

        await host.CommitAsync(paid);

        var got = await shop.GotAsync(webhook => webhook.Id == paid.Id.ToString());
        Assert.True(got.IsSignedWith(secret));
        Assert.False(got.IsSignedWith("whsec_" + Convert.ToBase64String(new byte[32])));
        Assert.Equal(("order.paid", paid.Key), (got.Type, got.OrderId));
        Assert.Equal("application/json", got.Headers["Content-Type"]);
        Assert.NotEqual(-1, got.Body.AsSpan().IndexOf(paid.Data));
        // Nothing of our traces, cookies or proxies goes to a stranger.
        Assert.DoesNotContain(got.Headers.Keys, name => name.ToLowerInvariant() is "traceparent" or "tracestate" or "baggage" or "cookie");
        var delivery = await host.IsAsync(DeliveryStates.Delivered, id, paid);
        Assert.Equal((1, 204, null), (delivery.Tries, delivery.LastStatus, delivery.LastError));
    }

    [Fact]
    public async Task A_repeated_event_is_not_delivered_again()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        await host.AddEndpointAsync(shop.Url);
        var (paid, last) = (WebhookHost.NewEvent(), WebhookHost.NewEvent());

        var outboxId = await host.InsertAsync(paid);
        for (var i = 0; i < 3; i++) host.HandOver(outboxId, paid);
        await shop.GotAsync(webhook => webhook.Id == paid.Id.ToString());
        host.HandOver(outboxId, paid);
        await host.CommitAsync(last);
        await shop.GotAsync(webhook => webhook.Id == last.Id.ToString());

        Assert.Equal(1L, await host.QueryAsync<long>(Count, paid.Id));
        Assert.Single(shop.Received, webhook => webhook.Id == paid.Id.ToString());
    }

    [Fact]
    public async Task An_endpoint_gets_the_types_that_it_wants_from_its_registration_on()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        var earlier = WebhookHost.NewEvent();
        await host.AddEndpointAsync(shop.Url, EventTypes.OrderPaid, EventTypes.OrderRefunded);
        var (created, paid) = (WebhookHost.NewEvent(EventTypes.OrderCreated), WebhookHost.NewEvent());

        await host.CommitAsync(earlier);
        await host.CommitAsync(created);
        await host.CommitAsync(paid);

        await shop.GotAsync(webhook => webhook.Id == paid.Id.ToString());
        Assert.Single(shop.Received);
        foreach (var other in (CloudEvent[])[earlier, created])
            Assert.Equal(0L, await host.QueryAsync<long>(Count, other.Id));
    }

    [Fact]
    public async Task Endpoints_that_hang_fail_redirect_or_answer_endlessly_end_as_documented_and_another_gets_its_event()
    {
        var written = 0L;
        await using var hanging = await ShopEndpoint.StartAsync(ShopEndpoint.HangAsync);
        await using var failing = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(500));
        await using var redirecting = await ShopEndpoint.StartAsync(context =>
        {
            context.Response.Redirect("http://169.254.169.254/latest/meta-data");
            return Task.CompletedTask;
        });
        await using var endless = await ShopEndpoint.StartAsync(async context =>
        {
            for (var i = 0; i < 10 * 1024; i++)
            {
                await context.Response.Body.WriteAsync(new byte[1024], context.RequestAborted);
                Interlocked.Add(ref written, 1024);
            }
        });
        await using var dead = await ShopEndpoint.StartAsync();
        await using var good = await ShopEndpoint.StartAsync();
        Dictionary<ShopEndpoint, Guid> ids = [];
        foreach (var shop in (ShopEndpoint[])[hanging, failing, redirecting, endless, dead, good])
            ids[shop] = (await host.AddEndpointAsync(shop.Url)).Id;
        await dead.DisposeAsync();
        var paid = WebhookHost.NewEvent();

        await host.CommitAsync(paid);

        await good.GotAsync(webhook => webhook.Id == paid.Id.ToString());
        var done = await host.IsAsync(DeliveryStates.Delivered, ids[endless], paid);
        Assert.Equal((1, 200), (done.Tries, done.LastStatus));
        Assert.Equal(1024, done.LastResponse!.Length);
        Assert.InRange(Interlocked.Read(ref written), 1024, 9 * 1024 * 1024);
        foreach (var (shop, status, error) in ((ShopEndpoint, int?, string?)[])
            [(failing, 500, null), (redirecting, 302, null), (dead, null, "connection_failed"), (hanging, null, "timeout")])
        {
            var failed = await host.IsAsync(DeliveryStates.Failed, ids[shop], paid);
            Assert.Equal((WebhookHost.Tries, status, error), (failed.Tries, failed.LastStatus, failed.LastError));
            // Each try has the same id and the same body.
            Assert.All(shop.Received, webhook => Assert.Equal(paid.Id.ToString(), webhook.Id));
            Assert.True(shop.Received.Select(webhook => Convert.ToBase64String(webhook.Body)).Distinct().Count() <= 1);
        }
        Assert.Single(good.Received);
    }

    [Fact]
    public async Task An_endpoint_that_hangs_with_a_long_queue_delays_no_other_and_has_few_tries_at_once()
    {
        await using var hanging = await ShopEndpoint.StartAsync(ShopEndpoint.HangAsync);
        await using var good = await ShopEndpoint.StartAsync();
        var (slow, _) = await host.AddEndpointAsync(hanging.Url);
        await host.ExecuteAsync("""
            INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, body, next_at)
            SELECT gen_random_uuid(), $1, gen_random_uuid(), 'order.paid', '{}', now() - interval '1 hour' FROM generate_series(1, 2000)
            """, slow);
        await Eventually.TrueAsync(() => hanging.Held == 4);
        await host.AddEndpointAsync(good.Url);

        var most = 0;
        for (var i = 0; i < 20; i++)
        {
            var paid = WebhookHost.NewEvent();
            await host.CommitAsync(paid);
            await good.GotAsync(webhook => webhook.Id == paid.Id.ToString());
            most = Math.Max(most, hanging.Held);
        }

        // A request that the sender has given up may be seen for a moment beside the next.
        Assert.InRange(most, 1, 8);
        Assert.True(
            await host.QueryAsync<long>("SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND tries = 0", slow) > 1_000);
    }

    [Fact]
    public async Task Two_replicas_never_claim_the_same_delivery()
    {
        var (id, _) = await host.AddEndpointAsync("http://127.0.0.1:9/");
        // The worker of this host leaves the endpoint alone.
        await host.ExecuteAsync("UPDATE webhook_endpoints SET enabled = false, disabled_reason = 'requested' WHERE id = $1", id);
        var (other, _) = await host.AddEndpointAsync("http://127.0.0.1:9/");
        await host.ExecuteAsync("""
            INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, body, next_at)
            SELECT gen_random_uuid(), unnest(ARRAY[$1, $2]), gen_random_uuid(), 'order.paid', '{}', now() FROM generate_series(1, 40)
            """, id, other);

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => host.Deliveries.ClaimAsync(10, new Dictionary<Guid, int>(), Token)));

        var claimed = claims.SelectMany(claim => claim).ToList();
        Assert.Equal(claimed.Count, claimed.Select(delivery => delivery.Id).Distinct().Count());
        // Nothing of a disabled endpoint.
        Assert.DoesNotContain(claimed, delivery => delivery.EndpointId == id);
    }

    [Fact]
    public async Task A_410_disables_the_endpoint_and_its_events_wait_until_it_is_enabled_again()
    {
        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(StatusCodes.Status410Gone));
        var (id, _) = await host.AddEndpointAsync(shop.Url);
        var (first, later) = (WebhookHost.NewEvent(), WebhookHost.NewEvent());
        await host.CommitAsync(first);
        await Eventually.TrueAsync(async () => (await host.Endpoints.FindAsync(id, Token))!.DisabledReason == "gone");
        Assert.Single(shop.Received);

        await host.CommitAsync(later);
        var waiting = await host.IsAsync(DeliveryStates.Pending, id, later);
        Assert.Equal(0, waiting.Tries);
        shop.Answer = null;
        await host.Endpoints.ChangeAsync(id, new(Enabled: true), Token);

        await host.IsAsync(DeliveryStates.Delivered, id, later);
        await host.IsAsync(DeliveryStates.Delivered, id, first);
        Assert.Null((await host.Endpoints.FindAsync(id, Token))!.DisabledReason);
    }

    [Fact]
    public async Task An_endpoint_that_has_failed_for_five_days_is_disabled_unless_a_try_has_succeeded_meanwhile()
    {
        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(503));
        var (id, _) = await host.AddEndpointAsync(shop.Url);
        const string FailingFor = "UPDATE webhook_endpoints SET failing_since = now() - $2::interval WHERE id = $1";
        var (first, second, third) = (WebhookHost.NewEvent(), WebhookHost.NewEvent(), WebhookHost.NewEvent());

        await host.ExecuteAsync(FailingFor, id, TimeSpan.FromDays(4.9));
        await host.CommitAsync(first);
        await host.IsAsync(DeliveryStates.Failed, id, first);
        var failing = (await host.Endpoints.FindAsync(id, Token))!;
        Assert.Equal((null, "503"), (failing.DisabledReason, failing.LastError));
        Assert.Equal((0L, 1L), (failing.Pending, failing.Failed));

        shop.Answer = null;
        await host.CommitAsync(second);
        await host.IsAsync(DeliveryStates.Delivered, id, second);
        Assert.Null((await host.Endpoints.FindAsync(id, Token))!.FailingSince);

        shop.Answer = ShopEndpoint.AnswerWith(503);
        await host.ExecuteAsync(FailingFor, id, TimeSpan.FromDays(5.1));
        await host.CommitAsync(third);
        await Eventually.TrueAsync(async () => (await host.Endpoints.FindAsync(id, Token))!.DisabledReason == "failing");
        // Its other tries wait.
        Assert.Equal(DeliveryStates.Pending, (await host.IsAsync(DeliveryStates.Pending, id, third)).State);
    }

    [Fact]
    public async Task While_a_secret_is_rotated_either_secret_verifies_and_afterwards_only_the_new_one()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        var (id, old) = await host.AddEndpointAsync(shop.Url);
        var renewed = WebhookSecrets.Create();
        var secret = WebhookSecrets.TextOf(renewed);
        await host.Endpoints.RotateAsync(id, renewed, TimeSpan.FromHours(24), Token);

        var (during, after) = (WebhookHost.NewEvent(), WebhookHost.NewEvent());
        await host.CommitAsync(during);
        var both = await shop.GotAsync(webhook => webhook.Id == during.Id.ToString());
        Assert.True(both.IsSignedWith(old));
        Assert.True(both.IsSignedWith(secret));

        await host.ExecuteAsync("UPDATE webhook_endpoints SET previous_until = now() WHERE id = $1", id);
        await host.CommitAsync(after);
        var one = await shop.GotAsync(webhook => webhook.Id == after.Id.ToString());
        Assert.False(one.IsSignedWith(old));
        Assert.True(one.IsSignedWith(secret));
    }

    [Fact]
    public async Task An_event_whose_process_died_after_the_commit_is_delivered_from_the_outbox()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        var (id, _) = await host.AddEndpointAsync(shop.Url);
        var lost = WebhookHost.NewEvent();

        var outboxId = await host.InsertAsync(lost);

        await host.IsAsync(DeliveryStates.Delivered, id, lost);
        Assert.Equal(lost.Key, (await shop.GotAsync(webhook => webhook.Id == lost.Id.ToString())).OrderId);
        // It is not delivered again when it is handed over late.
        host.HandOver(outboxId, lost);
        var next = WebhookHost.NewEvent();
        await host.CommitAsync(next);
        await shop.GotAsync(webhook => webhook.Id == next.Id.ToString());
        Assert.Single(shop.Received, webhook => webhook.Id == lost.Id.ToString());
    }

    [Fact]
    public async Task An_event_that_is_in_hand_when_the_service_stops_is_stored()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        var (id, _) = await host.AddEndpointAsync(shop.Url);
        var (first, last) = (WebhookHost.NewEvent(), WebhookHost.NewEvent());
        using var feed = host.NewFeed();
        await feed.StartAsync(Token);
        feed.Add(new OutboxEntry(0, Topics.Orders, first));
        await host.IsAsync(DeliveryStates.Delivered, id, first);

        feed.Add(new OutboxEntry(0, Topics.Orders, last));
        await feed.StopAsync(Token);

        Assert.Equal(1L, await host.QueryAsync<long>(Count, last.Id));
    }

    [Fact]
    public async Task A_failure_that_comes_after_the_claim_has_ended_does_not_undo_another_replicas_success()
    {
        var (id, _) = await host.AddEndpointAsync("http://127.0.0.1:9/");
        var claimed = (await host.Deliveries.AddTestAsync(id, Token))!;
        WebhookOutcome answer = new(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(1), 204, null, null);
        // The other replica claimed it later.
        await host.ExecuteAsync("UPDATE webhook_deliveries SET next_at = now() + interval '1 hour' WHERE id = $1", claimed.Id);

        await host.Deliveries.FinishAsync(claimed, answer with { Status = null, Error = "timeout" }, null, Token);
        Assert.Equal("pending", (await host.Deliveries.FindAsync(claimed.Id, Token))!.State);
        await host.Deliveries.FinishAsync(claimed, answer, null, Token);
        await host.Deliveries.FinishAsync(claimed, answer with { Status = 500 }, null, Token);

        var delivery = (await host.Deliveries.FindAsync(claimed.Id, Token))!;
        Assert.Equal(("delivered", 3), (delivery.State, delivery.Tries));
    }

    public async ValueTask DisposeAsync() => await host.DeleteEndpointsAsync();
}
