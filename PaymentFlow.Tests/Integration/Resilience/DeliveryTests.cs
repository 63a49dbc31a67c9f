using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>The delivery check publishes events again that Kafka acknowledged and lost, and no others.</summary>
public sealed class DeliveryTests(PaymentFlowApp app, OrdersApp orders) : IClassFixture<OrdersApp>, IAsyncDisposable
{
    const string OrderStatus = "SELECT status FROM orders WHERE id = $1";

    readonly LostEvents _lost = new(app.PaymentsDb, app.KafkaBootstrap);

    [Fact]
    public async Task A_lost_event_is_published_again_and_its_order_becomes_paid()
    {
        var order = await orders.CreateAsync();
        var payment = order.Payment(version: 3);
        await _lost.AddAsync(payment);

        await orders.UntilAsync("paid", OrderStatus, order.Id);
        Assert.Single(_lost.InKafka(payment)[payment.EventId]);
        // An operator reads about it.
        await Eventually.TrueAsync(async () => await _lost.RepublishedAsync(payment) == (order.Id, 1));
    }

    [Fact]
    public async Task Only_the_newest_lost_event_of_an_order_is_published_again()
    {
        var order = await orders.CreateAsync();
        var failed = order.Payment(version: 2, "failed");
        var paid = order.Payment(version: 4);
        await _lost.AddAsync(failed, paid);

        await orders.UntilAsync("paid", OrderStatus, order.Id);
        var inKafka = _lost.InKafka(failed, paid);
        Assert.Equal((0, 1), (inKafka[failed.EventId].Count, inKafka[paid.EventId].Count));
    }

    [Fact]
    public async Task An_event_that_has_arrived_is_marked_and_not_published_again()
    {
        var order = await orders.CreateAsync();
        var superseded = order.Payment(version: 2, "failed");
        var newest = order.Payment(version: 5);
        await orders.PublishAsync(newest);
        await orders.UntilAsync("paid", OrderStatus, order.Id);
        await _lost.AddAsync(superseded, newest);

        await Eventually.TrueAsync(async () =>
            await _lost.StateAsync(superseded) is { Applied: true, Checks: 0 }
            && await _lost.StateAsync(newest) is { Applied: true, Checks: 0 });
        var inKafka = _lost.InKafka(superseded, newest);
        Assert.Equal((0, 1), (inKafka[superseded.EventId].Count, inKafka[newest.EventId].Count));
    }

    [Fact]
    public async Task A_dead_letter_is_not_published_again()
    {
        var order = await orders.CreateAsync();
        var poison = order.Payment(version: 3) with { Amount = order.Amount + 1 };
        await orders.PublishAsync(poison);
        await orders.UntilAsync(1L, "SELECT count(*) FROM dead_letters WHERE event_id = $1", poison.EventId);
        await _lost.AddAsync(poison);

        await Eventually.TrueAsync(async () => (await _lost.StateAsync(poison)).Checks > 0);
        Assert.Single(_lost.InKafka(poison)[poison.EventId]);
        Assert.False((await _lost.StateAsync(poison)).Applied);
    }

    [Fact]
    public async Task An_event_of_an_unknown_order_is_kept_and_not_published_again()
    {
        var stranger = (await orders.CreateAsync()).Payment(version: 3) with { OrderId = Guid.CreateVersion7() };
        await _lost.AddAsync(stranger);

        await Eventually.TrueAsync(async () => (await _lost.StateAsync(stranger)).Checks > 0);
        Assert.Empty(_lost.InKafka(stranger)[stranger.EventId]);
        Assert.False((await _lost.StateAsync(stranger)).Applied);
    }

    public ValueTask DisposeAsync() => _lost.DisposeAsync();
}
