using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed class PaymentEventTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    const string DeadLetters = "SELECT count(*) FROM dead_letters WHERE event_id = $1";

    [Theory]
    [InlineData("succeeded", 0, "paid", "order.paid")]
    [InlineData("failed", 0, "payment_failed", "order.payment_failed")]
    [InlineData("canceled", 0, "canceled", "order.canceled")]
    [InlineData("partially_refunded", 100, "partially_refunded", "order.refunded")]
    [InlineData("refunded", 1800, "refunded", "order.refunded")]
    public async Task A_payment_updates_its_order_and_publishes_an_event(string payment, long refunded, string status, string eventType)
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 2, payment, refunded));
        await app.UntilAsync(status, "SELECT status FROM orders WHERE id = $1", order.Id);
        Assert.Equal(refunded, await app.QueryAsync<long>("SELECT amount_refunded FROM orders WHERE id = $1", order.Id));
        await app.UntilAsync(
            1L, "SELECT count(*) FROM outbox WHERE key = $1 AND type = $2 AND published_at IS NOT NULL", order.Id.ToString(), eventType);
        // The event has the order's whole state, including its reference.
        var data = await app.QueryAsync<string>(
            "SELECT convert_from(data, 'UTF8') FROM outbox WHERE key = $1 AND type = $2", order.Id.ToString(), eventType);
        var state = JsonSerializer.Deserialize(data, EventJson.Default.OrderEvent)!;
        Assert.Equal((order.Id, order.Reference, 3, status, 2, order.Amount, refunded),
            (state.OrderId, state.Reference, state.Version, state.Status, state.PaymentVersion, state.Amount, state.AmountRefunded));
        // The order's history refers to the event.
        Assert.Equal(eventType, await app.QueryAsync<string>(
            "SELECT o.type FROM order_history h JOIN outbox o ON o.id = h.outbox_id WHERE h.order_id = $1", order.Id));
        // The event continues the payment's trace.
        Assert.StartsWith($"00-{OrdersApp.Trace}-", await app.QueryAsync<string>(
            "SELECT traceparent FROM outbox WHERE key = $1 AND type = $2", order.Id.ToString(), eventType));
    }

    [Fact]
    public async Task A_duplicate_and_an_old_event_change_nothing()
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 3));
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);

        await app.PublishAsync(order.Payment(version: 3));
        await app.PublishAsync(order.Payment(version: 2, status: "failed"));
        // All messages are in one partition, so this later event shows that the earlier ones were consumed.
        await app.PublishAsync(order.Payment(version: 4, status: "refunded", refunded: order.Amount));
        await app.UntilAsync("refunded", "SELECT status FROM orders WHERE id = $1", order.Id);

        Assert.Equal("order.created,order.paid,order.refunded", await app.QueryAsync<string>(
            "SELECT string_agg(type, ',' ORDER BY id) FROM outbox WHERE key = $1", order.Id.ToString()));
        Assert.Equal("", await app.QueryAsync<string>(
            "SELECT coalesce(string_agg(event_id || ': ' || error, '; '), '') FROM dead_letters WHERE key = $1", order.Id.ToString()));
    }

    [Fact]
    public async Task An_order_has_one_order_paid_event_whatever_follows()
    {
        var order = await app.CreateAsync();
        (string Status, long Refunded)[] steps =
        [
            ("failed", 0), ("succeeded", 0), ("succeeded", 0), ("partially_refunded", 100), ("partially_refunded", 100),
            // The partial refund fails, so the payment is succeeded again.
            ("succeeded", 0), ("refunded", order.Amount),
        ];
        for (var i = 0; i < steps.Length; i++)
        {
            await app.PublishAsync(order.Payment(version: i + 1, steps[i].Status, steps[i].Refunded));
            // Waiting for each event prevents it from being skipped in favor of the next.
            await app.UntilAsync(i + 1L, "SELECT payment_version FROM orders WHERE id = $1", order.Id);
        }

        Assert.Equal(
            "order.created,order.payment_failed,order.paid,order.refunded,order.refunded,order.refunded",
            await app.QueryAsync<string>(
                "SELECT string_agg(type, ',' ORDER BY id) FROM outbox WHERE key = $1", order.Id.ToString()));
    }

    public static TheoryData<string, Func<PaymentEvent, PaymentEvent>> Impossible => new()
    {
        { "of an unknown order", payment => payment with { OrderId = Guid.CreateVersion7() } },
        { "of another amount", payment => payment with { Amount = payment.Amount + 1 } },
        { "with another reference", payment => payment with { Reference = "another" } },
        { "in another currency", payment => payment with { Currency = "eur" } },
        { "with a NUL in it", payment => payment with { Currency = "us\0" } },
        { "with an unknown status", payment => payment with { Status = "charmed" } },
        { "that refunds more than was paid", payment => payment with { AmountRefunded = payment.Amount + 1 } },
        { "without a version", payment => payment with { PaymentVersion = 0 } },
    };

    [Fact]
    public async Task An_event_without_a_reference_is_applied_and_the_orders_event_has_it()
    {
        var order = await app.CreateAsync();

        await app.PublishAsync(order.Payment(version: 2) with { Reference = null });

        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
        Assert.Equal(order.Reference, await app.QueryAsync<string>(
            "SELECT convert_from(data, 'UTF8')::jsonb ->> 'reference' FROM outbox WHERE key = $1 AND type = 'order.paid'",
            order.Id.ToString()));
    }

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task An_impossible_event_is_dead_lettered_and_its_neighbors_are_applied(
        string what, Func<PaymentEvent, PaymentEvent> tamper)
    {
        _ = what;
        var good = await app.CreateAsync();
        var bad = await app.CreateAsync();
        var poison = tamper(bad.Payment(version: 7)) with { PaymentId = Guid.CreateVersion7() };

        // The good events are before and after the impossible one in one partition. A batch of them is split until the bad one is alone.
        await app.PublishAsync(good.Payment(version: 1, status: "failed"));
        await app.PublishAsync(poison, message => message.Key = good.Id.ToString());
        await app.PublishAsync(good.Payment(version: 2));

        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", good.Id);
        await app.UntilAsync(1L, DeadLetters, poison.EventId);
        Assert.Equal("awaiting_payment", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", bad.Id));
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM outbox WHERE key = $1", bad.Id.ToString()));
    }

    [Fact]
    public async Task Many_events_at_once_keep_their_order_and_only_the_impossible_one_is_dead_lettered()
    {
        // Enough events to split a batch in all partitions, but too few to displace other tests' orders on the operators' live page.
        const int Orders = 60;
        List<CreatedOrder> orders = [];
        while (orders.Count < Orders) orders.Add(await app.CreateAsync());
        var poison = orders[Orders / 2].Payment(version: 9) with { Amount = 1 };

        await Task.WhenAll(
            [
                .. orders.SelectMany(order => (Task[])
                [
                    app.PublishAsync(order.Payment(version: 1, status: "failed")),
                    app.PublishAsync(order.Payment(version: 2)),
                ]),
                app.PublishAsync(poison),
            ]);

        var ids = orders.Select(order => order.Id).ToArray();
        await app.UntilAsync((long)Orders, "SELECT count(*) FROM orders WHERE id = ANY($1) AND status = 'paid' AND version = 3", ids);
        await app.UntilAsync(1L, DeadLetters, poison.EventId);
        Assert.Equal(0L, await app.QueryAsync<long>(
            "SELECT count(*) FROM dead_letters WHERE key = ANY($1) AND event_id <> $2",
            ids.Select(id => id.ToString()).ToArray(), poison.EventId));
        // Each order has one order.paid event.
        Assert.Equal(Orders, await app.QueryAsync<long>(
            "SELECT count(*) FROM outbox WHERE key = ANY($1) AND type = 'order.paid'", [ids.Select(id => id.ToString()).ToArray()]));
    }

    [Fact]
    public async Task A_second_payment_for_an_order_is_dead_lettered()
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 2));
        var impostor = order.Payment(version: 3, status: "canceled") with { PaymentId = Guid.CreateVersion7() };
        await app.PublishAsync(impostor);
        await app.UntilAsync(1L, DeadLetters, impostor.EventId);
        Assert.Equal("paid", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", order.Id));
    }

    public static TheoryData<string, Action<Message<string, byte[]>>> Unreadable => new()
    {
        { "no JSON", message => message.Value = "not json"u8.ToArray() },
        { "another shape", message => message.Value = "{}"u8.ToArray() },
        { "null", message => message.Value = "null"u8.ToArray() },
        { "binary", message => message.Value = [0, 255, 1, 254] },
        { "no value", message => message.Value = null! },
    };

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public async Task An_unreadable_message_is_kept_once_and_does_not_block_later_ones(string what, Action<Message<string, byte[]>> tamper)
    {
        _ = what;
        var order = await app.CreateAsync();
        var poison = order.Payment(version: 1);
        await app.PublishAsync(poison, tamper);
        await app.PublishAsync(poison, tamper);
        await app.PublishAsync(order.Payment(version: 2));

        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
        Assert.Equal(1L, await app.QueryAsync<long>(DeadLetters, poison.EventId));
    }

    [Fact]
    public async Task A_message_that_is_not_a_CloudEvent_is_kept_with_its_content()
    {
        var order = await app.CreateAsync();
        var content = Encoding.UTF8.GetBytes($"stranger {order.Id}");
        await app.PublishAsync(order.Payment(version: 1), message => (message.Headers, message.Value) = (new Headers(), content));
        await app.PublishAsync(order.Payment(version: 2));
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM dead_letters WHERE data = $1", content));
    }

    [Fact]
    public async Task Unknown_fields_are_ignored()
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 1), message =>
            message.Value = [.. message.Value.AsSpan()[..^1], .. ",\"novelty\":{\"a\":[1]}}"u8]);
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
    }
}
