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

    static IEnumerable<PaymentEvent> Newest(params PaymentEvent[] payments) =>
        OrderChange.NewestOf([.. payments.Select(payment => new ReceivedEvent<PaymentEvent>(
            new CloudEvent(payment.EventId, "payment", "/payment-api", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(), [], null),
            payment))])
            .Select(received => received.Data);
}
