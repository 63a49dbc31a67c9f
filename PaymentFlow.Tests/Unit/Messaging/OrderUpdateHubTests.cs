using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.Tests.Unit.Messaging;

public sealed class OrderUpdateHubTests
{
    [Fact]
    public void A_subscriber_to_all_orders_receives_each_update_until_it_unsubscribes()
    {
        OrderUpdateHub updates = new();
        List<Guid> heard = [];
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        using (updates.SubscribeToAll(update => heard.Add(update.OrderId)))
        {
            updates.Publish(Update(first, 1));
            updates.Publish(Update(second, 1));
        }
        updates.Publish(Update(first, 2));

        Assert.Equal([first, second], heard);
        // Such a subscription adds no order to those that the sweep checks.
        Assert.Empty(updates.Watched());
    }

    [Fact]
    public void An_order_concerns_this_process_while_a_subscriber_watches_it_or_all_orders()
    {
        OrderUpdateHub updates = new();
        var (watched, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Assert.False(updates.Concerns(watched));
        using (updates.Subscribe(watched, _ => { }, () => 0))
            Assert.Equal((true, false), (updates.Concerns(watched), updates.Concerns(other)));
        using (updates.SubscribeToAll(_ => { })) Assert.True(updates.Concerns(other));
        Assert.Equal((false, false), (updates.Concerns(watched), updates.Concerns(other)));
    }

    static OrderEvent Update(Guid order, long version) =>
        new(order, "R", version, "paid", null, version - 1, 100, 0, "usd", DateTimeOffset.UnixEpoch);
}
