using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Web.Operators.Live;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class LiveFeedTests
{
    readonly LiveFeed _feed = new();

    [Fact]
    public void The_newest_updates_come_first_and_each_version_appears_once()
    {
        var order = Guid.CreateVersion7();
        foreach (var version in (long[])[1, 2, 2, 1, 3]) _feed.Offer(Update(order, version));
        _feed.Take();
        _feed.Offer(Update(order, 3));
        _feed.Offer(Update(order, 4));
        _feed.Take();

        Assert.Equal([4, 3, 2, 1], _feed.Shown.Select(update => update.Version));
        Assert.Equal(0, _feed.PassedBy);
    }

    [Fact]
    public void Only_the_newest_hundred_updates_are_kept_and_the_others_are_counted()
    {
        var order = Guid.CreateVersion7();
        for (var version = 1; version <= 10_000; version++) _feed.Offer(Update(order, version));
        _feed.Take();

        Assert.Equal(Enumerable.Range(0, LiveFeed.Length).Select(i => 10_000L - i), _feed.Shown.Select(update => update.Version));
        Assert.Equal(10_000 - LiveFeed.Length, _feed.PassedBy);
    }

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
