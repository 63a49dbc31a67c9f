using PaymentFlow.Contracts.Events;
using PaymentFlow.OrderService.Payments;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.Tests.Unit.Orders;

public sealed class OrderStateTests
{
    [Theory]
    [InlineData("processing", "awaiting_payment", null)]
    [InlineData("requires_action", "awaiting_payment", null)]
    [InlineData("failed", "payment_failed", "order.payment_failed")]
    [InlineData("succeeded", "paid", "order.paid")]
    [InlineData("partially_refunded", "partially_refunded", "order.refunded")]
    [InlineData("refunded", "refunded", "order.refunded")]
    [InlineData("canceled", "canceled", "order.canceled")]
    public void Each_payment_status_gives_one_order_status_and_its_event(string payment, string order, string? eventType) =>
        Assert.Equal((order, eventType), OrderState.Of(payment));

    [Theory]
    [InlineData("")]
    [InlineData("paid")]
    [InlineData("SUCCEEDED")]
    public void An_unknown_status_is_rejected(string payment) =>
        Assert.Throws<EventRejectedException>(() => OrderState.Of(payment));

    [Fact]
    public void An_event_id_depends_on_the_order_and_its_version_only()
    {
        var order = Guid.CreateVersion7();
        OrderEvent state = new(order, "A", 3, "paid", Guid.CreateVersion7(), 2, 100, 0, "usd", DateTimeOffset.UnixEpoch);
        Assert.Equal(state.EventId, (state with { Reference = "B", UpdatedAt = DateTimeOffset.MaxValue }).EventId);
        Assert.NotEqual(state.EventId, (state with { Version = 4 }).EventId);
    }
}
