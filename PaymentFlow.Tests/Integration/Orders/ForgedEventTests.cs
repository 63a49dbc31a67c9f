using System.Net;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>Events that somebody else wrote to <c>payments</c>. OrderService applies none of them and keeps them as dead letters.</summary>
public sealed class ForgedEventTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    const string Refused =
        "SELECT count(*) FROM dead_letters WHERE key = $1 AND NOT signed AND error LIKE 'EventSignatureException: %'";

    public static TheoryData<string, Func<PaymentEvent, PaymentEvent>, Action<Message<string, byte[]>>> Forgeries => new()
    {
        { "without a signature", payment => payment, message => message.Headers.Remove("ce_signature") },
        {
            "far ahead of all versions", payment => payment with { PaymentVersion = long.MaxValue - 1, Status = "processing" },
            message => message.Headers.Remove("ce_signature")
        },
        { "of another payment", payment => payment with { PaymentId = Guid.CreateVersion7() }, message => Sign(message, SigningKeys.Both) },
        { "with another key", payment => payment, message => Sign(message, SigningKeys.Both) },
        {
            "with changed data", payment => payment with { Status = "failed" },
            message => message.Value = Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(message.Value).Replace("\"failed\"", "\"succeeded\"", StringComparison.Ordinal))
        },
        {
            "with another type", payment => payment with { Status = "failed" },
            message =>
            {
                message.Headers.Remove("ce_type");
                message.Headers.Add("ce_type", "payment.refunded"u8.ToArray());
            }
        },
        {
            "that is no event", payment => payment,
            message => (message.Headers, message.Value) = ([], Encoding.UTF8.GetBytes($"nothing {message.Key}"))
        },
    };

    [Theory]
    [MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public async Task A_forged_event_changes_nothing_and_does_not_block_the_true_one(
        string what, Func<PaymentEvent, PaymentEvent> change, Action<Message<string, byte[]>> forge)
    {
        _ = what;
        var order = await app.CreateAsync();
        var forged = change(order.Payment(version: 2));

        await app.PublishAsync(forged, forge: forge);
        await app.UntilAsync(1L, Refused, order.Id.ToString());

        Assert.Equal("awaiting_payment 0", await app.QueryAsync<string>(
            "SELECT status || ' ' || payment_version FROM orders WHERE id = $1", order.Id));
        // A forger chooses the id in the message. It must not be taken from the true event.
        Assert.Equal(0L, await app.QueryAsync<long>(OrdersApp.IsDeadLettered, forged.EventId));

        var letter = await app.QueryAsync<Guid>("SELECT event_id FROM dead_letters WHERE key = $1", order.Id.ToString());
        var replay = await app.AsOperatorAsync(HttpMethod.Post, $"/dead-letters/{letter}/replay");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "replay_refused"), (replay.Status, replay.Code));
        Assert.Contains("sign", replay["detail"], StringComparison.Ordinal);
        Assert.Equal("awaiting_payment", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", order.Id));

        await app.PublishAsync(order.Payment(version: 2));
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
    }

    [Fact]
    public async Task A_reader_of_orders_cannot_write_a_payment()
    {
        var order = await app.CreateAsync();

        await app.PublishAsync(order.Payment(version: 2), forge: message =>
            Sign(message, SigningKeys.Of(payments: host.OrdersEventKey, orders: host.OrdersEventKey)));

        await app.UntilAsync(1L, Refused, order.Id.ToString());
        Assert.Equal("awaiting_payment", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", order.Id));
    }

    [Fact]
    public async Task A_forged_dead_letter_says_nothing_about_the_true_event_to_the_delivery_check()
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 2), forge: message => message.Headers.Remove("ce_signature"));
        await app.UntilAsync(1L, Refused, order.Id.ToString());

        var versions = await app.SendAsync(HttpMethod.Post, "/orders/versions", new[] { order.Id }, ("X-Service-Key", app.ServiceKey));

        var state = versions.Body![order.Id.ToString()]!;
        Assert.Null(state["deadLetteredPaymentVersions"]);
        Assert.Equal((1L, 0L), (state["version"]!.GetValue<long>(), state["paymentVersion"]!.GetValue<long>()));
    }

    [Fact]
    public async Task An_unsigned_dead_letter_of_an_earlier_release_can_be_replayed_after_the_event_was_published_again()
    {
        var lost = await app.LosePaymentAsync();
        await app.QueryAsync<Guid>(
            "UPDATE dead_letters SET signed = false, headers = headers - 'ce_signature' WHERE event_id = $1 RETURNING event_id",
            lost.EventId);
        await app.RestoreAsync(lost.OrderId);
        Assert.Equal("replay_refused", (await ReplayAsync(lost.EventId)).Code);

        // The order is there, so only an impossible event reaches the dead letters again.
        await app.PublishAsync(lost, message => message.Value = [.. message.Value, (byte)'}']);
        await app.UntilAsync(1L, "SELECT count(*) FROM dead_letters WHERE event_id = $1 AND signed", lost.EventId);

        Assert.Contains("invalid", (await ReplayAsync(lost.EventId))["detail"], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Each_event_that_OrderService_publishes_is_signed()
    {
        var customer = await Customer.OrdersAsync(host);
        await customer.PayAsync();
        var seen = Consume(Topics.Orders, customer.OrderId, "order.paid");

        KafkaBinding.Verify(Topics.Orders, seen, host.EventKeys);
        Assert.Throws<EventSignatureException>(() => KafkaBinding.Verify(Topics.Orders, seen, SigningKeys.Both));
        Assert.Equal("paid", JsonSerializer.Deserialize(seen.Value, EventJson.Default.OrderEvent)!.Status);
        KafkaBinding.Verify(Topics.Payments, Consume(Topics.Payments, customer.OrderId, "payment.succeeded"), host.EventKeys);
    }

    Task<Answer> ReplayAsync(Guid id) => app.AsOperatorAsync(HttpMethod.Post, $"/dead-letters/{id}/replay");

    Message<string, byte[]> Consume(string topic, Guid order, string type)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = host.KafkaBootstrap,
            GroupId = $"test-{Guid.CreateVersion7()}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            FetchWaitMaxMs = 5,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions
            .Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        while (true)
        {
            var message = consumer.Consume(TestContext.Current.CancellationToken).Message;
            if (message.Key == order.ToString() && message.Headers is { } headers && headers.TryGetLastBytes("ce_type", out var bytes)
                && Encoding.UTF8.GetString(bytes) == type) return message;
        }
    }

    static void Sign(Message<string, byte[]> message, EventKeys keys) => KafkaBinding.Sign(Topics.Payments, message, keys);
}
