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
    [InlineData("canceled", "operator")]
    [InlineData("failed", null)]
    public void Only_a_canceled_order_names_who_asked_for_it(string payment, string? reason)
    {
        var state = Change(_payment with { Status = payment }).StateOf("A", canceledBy: "operator");
        Assert.Equal((reason, "A", 3), (state.Reason, state.Reference, state.Version));
    }

    [Fact]
    public void Only_the_orders_row_has_what_a_cancellation_and_an_event_without_reference_lack()
    {
        Assert.True(Change(_payment).IsComplete);
        Assert.False(Change(_payment with { Status = "canceled" }).IsComplete);
        Assert.False(Change(_payment with { Reference = null }).IsComplete);
    }

    static OrderChange Change(PaymentEvent payment) => OrderChange.From(Received(payment), null);

    static IEnumerable<PaymentEvent> Newest(params PaymentEvent[] payments) =>
        OrderChange.NewestOf([.. payments.Select(Received)]).Select(received => received.Data);

    static ReceivedEvent<PaymentEvent> Received(PaymentEvent payment) => new(
        new CloudEvent(payment.EventId, "payment", "/payment-api", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(), [], null),
        payment);
}
