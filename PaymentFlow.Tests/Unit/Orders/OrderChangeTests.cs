using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Payments;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.Tests.Unit.Orders;

public sealed class OrderChangeTests
{
    readonly PaymentEvent _payment = new(Guid.CreateVersion7(), Guid.CreateVersion7(), "A", 2, "succeeded", 100, 0, "usd");

    [Fact]
    public void The_newest_of_several_events_for_an_order_is_applied()
    {
        var refunded = _payment with { PaymentVersion = 3, Status = "refunded", AmountRefunded = 100 };
        var another = _payment with { OrderId = Guid.CreateVersion7(), PaymentId = Guid.CreateVersion7() };
        Assert.Equal([refunded, another], Newest(_payment, refunded, another, _payment));
    }

    [Fact]
    public void A_newer_event_of_another_payment_does_not_replace_the_event_of_the_orders_own_payment()
    {
        var impostor = _payment with { PaymentVersion = 3, PaymentId = Guid.CreateVersion7(), Status = "canceled" };
        Assert.Throws<EventRejectedException>(() => Newest(_payment, impostor));
    }

    [Theory]
    [InlineData("awaiting_payment", "failed", 0, "payment_failed", "order.payment_failed")]
    [InlineData("payment_failed", "requires_action", 0, "awaiting_payment", null)]
    [InlineData("awaiting_payment", "succeeded", 0, "paid", "order.paid")]
    // A dispute must not make a shop deliver twice.
    [InlineData("paid", "succeeded", 0, "paid", null)]
    [InlineData("paid", "partially_refunded", 40, "partially_refunded", "order.refunded")]
    [InlineData("partially_refunded", "refunded", 100, "refunded", "order.refunded")]
    // A refund that failed gives the amount back to the order.
    [InlineData("partially_refunded", "succeeded", 0, "paid", "order.refunded")]
    public void A_newer_event_changes_the_order(string before, string payment, long refunded, string after, string? eventType)
    {
        var change = Change(_payment with { PaymentVersion = 3, Status = payment, AmountRefunded = refunded });
        var changed = change.ApplyTo(Order with { Status = before, AmountRefunded = before == "partially_refunded" ? 40 : 0 })!;
        Assert.Equal((after, 4, refunded, eventType),
            (changed.State.Status, changed.State.Version, changed.State.AmountRefunded, changed.EventType));
        Assert.Equal((Order.Reference, null), (changed.State.Reference, changed.State.Reason));
    }

    [Theory]
    [InlineData("canceled", "operator")]
    [InlineData("failed", null)]
    public void Only_a_canceled_order_names_who_asked_for_it(string payment, string? reason)
    {
        var changed = Change(_payment with { Status = payment }).ApplyTo(Order with { CancelRequestedBy = "operator" })!;
        Assert.Equal(reason, changed.State.Reason);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_repeated_or_late_event_changes_nothing(long known) =>
        Assert.Null(Change(_payment).ApplyTo(Order with { PaymentVersion = known, Status = "refunded" }));

    [Fact]
    public void An_event_that_contradicts_its_order_is_rejected()
    {
        Assert.Throws<EventRejectedException>(() => Change(_payment with { Amount = 99 }).ApplyTo(Order));
        Assert.Throws<EventRejectedException>(() => Change(_payment with { Currency = "eur" }).ApplyTo(Order));
        Assert.Throws<EventRejectedException>(() => Change(_payment with { PaymentId = Guid.CreateVersion7() }).ApplyTo(Order));
    }

    LockedOrder Order => new(_payment.OrderId, "A", "awaiting_payment", _payment.PaymentId, 1, 100, 0, "usd", null);

    static OrderChange Change(PaymentEvent payment) => OrderChange.From(Received(payment), null);

    static IEnumerable<PaymentEvent> Newest(params PaymentEvent[] payments) =>
        OrderChange.NewestOf([.. payments.Select(Received)]).Select(received => received.Data);

    static ReceivedEvent<PaymentEvent> Received(PaymentEvent payment) => new(
        new CloudEvent(payment.EventId, "payment", "/payment-api", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(), [], null),
        payment);
}
