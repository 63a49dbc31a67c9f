using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.Tests.Unit.Payments;

public sealed class DeliveryClassificationTests
{
    static readonly Guid Order = Guid.CreateVersion7();

    [Fact]
    public void Applied_and_superseded_events_have_arrived()
    {
        var arrivals = DeliveryClassification.Of([Event(1, 2), Event(2, 3)], Known(paymentVersion: 3));
        Assert.Equal([1L, 2], arrivals.Applied.Select(item => item.Entry.Id).Order());
        Assert.Empty(arrivals.Lost);
    }

    [Fact]
    public void Only_the_newest_lost_event_of_an_order_is_published_again()
    {
        var arrivals = DeliveryClassification.Of([Event(7, 5), Event(4, 3), Event(1, 2)], Known(paymentVersion: 2));
        Assert.Equal(7, Assert.Single(arrivals.Lost).Entry.Id);
        Assert.Equal(4, Assert.Single(arrivals.Superseded).Entry.Id);
        Assert.Equal(1, Assert.Single(arrivals.Applied).Entry.Id);
    }

    [Fact]
    public void A_dead_letter_is_left_to_an_operator_while_an_older_lost_event_is_published_again()
    {
        var arrivals = DeliveryClassification.Of([Event(7, 5), Event(4, 3)], Known(paymentVersion: 0, dead: 5));
        Assert.Equal(7, Assert.Single(arrivals.DeadLettered).Entry.Id);
        Assert.Equal(4, Assert.Single(arrivals.Lost).Entry.Id);
    }

    [Fact]
    public void No_dead_letter_of_an_order_is_published_again()
    {
        var arrivals = DeliveryClassification.Of([Event(7, 5), Event(4, 3)], Known(paymentVersion: 0, 5, 3));
        Assert.Equal(2, arrivals.DeadLettered.Count);
        Assert.Empty(arrivals.Lost);
    }

    [Fact]
    public void A_dead_letter_of_another_payment_does_not_hold_up_the_orders_own_events() =>
        Assert.Single(DeliveryClassification.Of([Event(1, 2)], Known(paymentVersion: 0, dead: 999)).Lost);

    [Fact]
    public void An_event_of_an_unknown_order_is_neither_done_nor_published_again()
    {
        var arrivals = DeliveryClassification.Of([Event(1, 2)], new Dictionary<Guid, OrderVersions>());
        Assert.Single(arrivals.Unknown);
        Assert.Empty(arrivals.Lost);
        Assert.Empty(arrivals.Applied);
    }

    [Fact]
    public void The_oldest_event_is_published_first()
    {
        var orders = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7()).ToList();
        var published = orders.Select((order, i) => Event(100 - i, 2, order)).ToList();
        var arrivals = DeliveryClassification.Of(published, orders.ToDictionary(order => order, _ => new OrderVersions(1, 0)));
        Assert.Equal(Enumerable.Range(51, 50).Select(id => (long)id), arrivals.Lost.Select(item => item.Entry.Id));
    }

    static PublishedEvent Event(long id, long version, Guid? order = null) => new(
        new OutboxEntry(
            id, "payments",
            new CloudEvent(Guid.CreateVersion7(), "payment.succeeded", "/payment-api", DateTimeOffset.UnixEpoch, "", [], null)),
        order ?? Order, version, Checks: 0);

    static Dictionary<Guid, OrderVersions> Known(long paymentVersion, params long[] dead) =>
        new() { [Order] = new OrderVersions(paymentVersion + 1, paymentVersion, dead) };
}
