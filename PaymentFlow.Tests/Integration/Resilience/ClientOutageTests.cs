using System.Net;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Clients;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>The client libraries when the service dies.</summary>
[Collection(nameof(OutageApp))]
public sealed class ClientOutageTests(OutageApp app)
{
    [Fact]
    public async Task After_the_service_was_killed_and_started_again_a_client_gets_what_it_missed()
    {
        var customer = await Customer.OrdersAsync(app.App);
        // With a prepared payment the order can be paid while OrderService is away.
        await Eventually.TrueAsync(async () =>
            (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status == HttpStatusCode.OK);
        await using Clients.Clients clients = new(Follower.AllOf(app.App.GetEndpoint("order-service"), customer));
        await clients.AllAsync(client => client.UntilAsync("awaiting_payment"));

        await using (await app.App.KeepDownAsync("order-service"))
        {
            await clients.AllAsync(client => client.LostAsync());
            Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
        }

        await clients.AllAsync(client => client.UntilAsync("paid"));
        Assert.All(clients, client => client.AssertVersionsIncrease());
        await app.ReadyAsync("order-service");
    }
}
