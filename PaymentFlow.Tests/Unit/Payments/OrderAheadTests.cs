using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.PaymentApi.DeliveryCheck;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>Which orders state more than their payment does.</summary>
public sealed class OrderAheadTests
{
    static readonly Guid Order = Guid.CreateVersion7();
    static readonly Guid Payment = Guid.CreateVersion7();

    [Theory]
    [InlineData(2, "awaiting_payment", 3, "succeeded")]
    [InlineData(3, "paid", 3, "succeeded")]
    [InlineData(3, "paid", 5, "refunded")]
    [InlineData(4, "payment_failed", 4, "failed")]
    [InlineData(4, "payment_failed", 5, "canceled")]
    [InlineData(0, "awaiting_payment", 1, "processing")]
    public void An_order_that_is_behind_its_payment_or_equal_is_not_ahead(
        long orderVersion, string orderStatus, long paymentVersion, string paymentStatus) =>
        Assert.Empty(Of(new(orderVersion + 1, orderVersion, PaymentId: Payment, Status: orderStatus),
            new PaymentState(Payment, paymentVersion, paymentStatus)));

    [Theory]
    [InlineData(4, "paid", 3, "succeeded")]
    [InlineData(long.MaxValue - 1, "awaiting_payment", 3, "succeeded")]
    [InlineData(3, "paid", 3, "failed")]
    [InlineData(2, "refunded", 3, "processing")]
    [InlineData(2, "partially_refunded", 3, "canceled")]
    public void An_order_with_a_higher_version_or_without_a_charge_is_ahead(
        long orderVersion, string orderStatus, long paymentVersion, string paymentStatus) =>
        Assert.Equal(Order, Assert.Single(Of(new(orderVersion + 1, orderVersion, PaymentId: Payment, Status: orderStatus),
            new PaymentState(Payment, paymentVersion, paymentStatus))).OrderId);

    [Fact]
    public void An_order_with_another_payment_or_with_one_that_does_not_exist_is_ahead()
    {
        OrderVersions paid = new(3, 2, PaymentId: Guid.CreateVersion7(), Status: "paid");

        Assert.Single(Of(paid, new PaymentState(Payment, 7, "succeeded")));
        Assert.Single(Of(paid, payment: null));
    }

    [Fact]
    public void An_order_without_a_payment_event_is_not_ahead() =>
        Assert.Empty(Of(new(1, 0, Status: "awaiting_payment"), payment: null));

    [Fact]
    public void Versions_alone_are_compared_if_the_orders_owner_says_no_more()
    {
        Assert.Empty(Of(new(3, 2), new PaymentState(Payment, 2, "failed")));
        Assert.Single(Of(new(4, 3), new PaymentState(Payment, 2, "failed")));
    }

    static IReadOnlyList<OrderAhead> Of(OrderVersions order, PaymentState? payment) => OrderAhead.Of(
        new Dictionary<Guid, OrderVersions> { [Order] = order },
        payment is null ? new Dictionary<Guid, PaymentState>() : new Dictionary<Guid, PaymentState> { [Order] = payment });
}
