using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Orders;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class ShopReturnTests
{
    const string Id = "01932c07-0000-7000-8000-000000000001";
    const string Added = $"order={Id}&reference=A%26B%20%D0%B4%D0%B0&status=";

    [Theory]
    [InlineData("https://shop.example", $"https://shop.example?{Added}paid")]
    [InlineData("https://shop.example/thanks", $"https://shop.example/thanks?{Added}paid")]
    [InlineData("https://shop.example/thanks?a=1&b=%20#top", $"https://shop.example/thanks?a=1&b=%20&{Added}paid#top")]
    [InlineData("https://shop.example/?status=mine", $"https://shop.example/?status=mine&{Added}paid")]
    [InlineData(null, null)]
    public void The_order_its_reference_and_status_are_added_to_the_return_URL(string? url, string? target) =>
        Assert.Equal(target, ShopReturn.Of(An(OrderStatuses.Paid) with { ReturnUrl = url }));

    [Theory]
    [InlineData(OrderStatuses.Paid, "return")]
    [InlineData(OrderStatuses.PartiallyRefunded, "return")]
    [InlineData(OrderStatuses.Refunded, "return")]
    [InlineData(OrderStatuses.AwaitingPayment, "cancel")]
    [InlineData(OrderStatuses.PaymentFailed, "cancel")]
    [InlineData(OrderStatuses.Canceled, "cancel")]
    public void Only_a_customer_who_has_paid_gets_the_return_URL(string status, string page)
    {
        var order = An(status) with { ReturnUrl = "https://shop.example/return", CancelUrl = "https://shop.example/cancel" };
        Assert.Equal($"https://shop.example/{page}?{Added}{status}", ShopReturn.Of(order));
    }

    static Order An(string status) => new(
        Guid.Parse(Id), "A&B да", status, 2, 1800, 0, "usd", null, [], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
