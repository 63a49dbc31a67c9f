using Microsoft.Extensions.Configuration;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.Tests.Unit.Orders;

public sealed class CheckoutLinksTests
{
    static readonly Order An = new()
    {
        Id = Guid.CreateVersion7(),
        Reference = "A",
        SecretHash = [],
        Amount = 500,
        Currency = "usd",
        Items = [],
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    [Theory]
    [InlineData("https://shop.example", "https://shop.example/checkout/open?token=T")]
    [InlineData("https://shop.example/", "https://shop.example/checkout/open?token=T")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_link_leads_to_the_address_of_Web_and_there_is_none_without_one(string? address, string? link) =>
        Assert.Equal(link, Links(address).UrlOf("T"));

    [Fact]
    public void The_secret_of_a_session_depends_on_the_order_the_link_and_the_service_key()
    {
        var linked = An with { CheckoutHash = ClientSecret.Hash("T") };
        var (ours, others) = (Links("https://shop.example"), Links("https://shop.example", key: "another"));
        var secret = ours.SessionOf(linked);

        Assert.True(ours.IsSession(linked, secret));
        Assert.False(ours.IsSession(An, secret));
        Assert.False(ours.IsSession(linked with { Id = Guid.CreateVersion7() }, secret));
        Assert.False(ours.IsSession(linked with { CheckoutHash = ClientSecret.Hash("U") }, secret));
        Assert.False(ours.IsSession(linked, "T"));
        Assert.False(others.IsSession(linked, secret));
    }

    static CheckoutLinks Links(string? address, string key = "key") => new(
        new CheckoutOptions { BaseUrl = address }, TimeProvider.System,
        new ConfigurationBuilder().AddInMemoryCollection([new("Services:Key", key)]).Build());
}
