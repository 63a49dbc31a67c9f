using System.Net;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Clients;

/// <summary>clients/js in Node.js and clients/dotnet against the real service. In Chromium: Browser/LiveClientTests.cs.</summary>
public sealed class ClientTests(PaymentFlowApp app)
{
    [Fact]
    public async Task A_client_gets_the_present_state_and_the_payment_and_ends_at_a_final_state_if_asked()
    {
        var customer = await Customer.OrdersAsync(app);
        await using Clients clients = new(Follower.AllOf(app.OrderService, customer, language: "ru", untilFinal: true));
        await clients.AllAsync(client => client.UntilAsync("awaiting_payment"));

        await customer.PayAsync();

        await clients.AllAsync(client => client.EndedAsync());
        Assert.All(clients, client =>
        {
            var paid = client.Updates[^1];
            Assert.Equal((customer.OrderId, "paid", "Ваш заказ оплачен"), (paid.OrderId, paid.Status, paid.Message));
            Assert.True(paid.IsFinal);
            Assert.Null(client.Refusal);
            client.AssertVersionsIncrease();
        });
    }

    [Fact]
    public async Task After_the_network_was_cut_a_client_gets_what_it_missed()
    {
        await using TcpProxy network = new() { Target = new IPEndPoint(IPAddress.Loopback, app.OrderService.Port) };
        var customer = await Customer.OrdersAsync(app);
        await using Clients clients = new(Follower.AllOf(AddressOf(network), customer));
        await clients.AllAsync(client => client.UntilAsync("awaiting_payment"));
        using var live = await customer.WatchAsync();

        network.Network = Network.Cut;
        await clients.AllAsync(client => client.LostAsync());
        await customer.PayAsync();
        await live.UntilAsync("paid");
        Assert.All(clients, client => Assert.DoesNotContain(client.Updates, update => update.Status == "paid"));
        network.Network = Network.Up;

        await clients.AllAsync(client => client.UntilAsync("paid"));
        Assert.All(clients, client => client.AssertVersionsIncrease());
    }

    [Fact]
    public async Task Behind_a_proxy_that_breaks_WebSockets_a_client_uses_the_event_stream()
    {
        await using TcpProxy network = new()
        {
            Target = new IPEndPoint(IPAddress.Loopback, app.OrderService.Port),
            BreaksWebSockets = true,
        };
        var customer = await Customer.OrdersAsync(app);
        await using Clients clients = new(Follower.WithWebSockets(AddressOf(network), customer));
        await clients.AllAsync(client => client.UntilAsync("awaiting_payment"));

        await customer.PayAsync();

        await clients.AllAsync(client => client.UntilAsync("paid"));
        Assert.All(clients.OfType<NodeFollower>(), client => Assert.Equal("sse", client.Transport));
        Assert.All(clients, client => Assert.Equal(["connecting", "waiting"], [.. client.States.Distinct().Order().Except(["open"])]));
    }

    [Theory]
    [InlineData("nonsense", 404, "not_found")]
    // No character of a token (RFC 6750).
    [InlineData("a!b", 401, "unauthorized")]
    public async Task A_client_without_access_to_the_order_stops(string secret, int status, string code)
    {
        var customer = await Customer.OrdersAsync(app);
        await using Clients clients = new(Follower.AllOf(app.OrderService, customer, secret));
        await clients.AllAsync(client => client.EndedAsync());
        Assert.All(clients, client =>
        {
            Assert.Equal((status, code), client.Refusal);
            Assert.Empty(client.Updates);
        });
    }

    static Uri AddressOf(TcpProxy network) => new($"http://127.0.0.1:{network.Port}");
}
