using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>Webhooks while a process or an endpoint fails, in an app that no other test uses meanwhile.</summary>
[Collection(nameof(OutageApp))]
public sealed class WebhookOutageTests(OutageApp app) : IAsyncDisposable
{
    readonly HttpClient _http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_whose_sender_is_killed_before_the_answer_is_sent_again_with_the_same_id()
    {
        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.HangAsync);
        await AddEndpointAsync(shop.Url);
        var customer = await Customer.OrdersAsync(app.App);
        await PaysAsync(customer);
        var first = await shop.GotAsync(webhook => webhook.OrderId == customer.OrderId.ToString());

        shop.Answer = null;
        app.Kill("order-service");

        await Eventually.TrueAsync(() => shop.Received.Count(webhook => webhook.Id == first.Id) == 2);
        Assert.All(shop.Received, webhook => Assert.Equal((first.Id, Convert.ToBase64String(first.Body)),
            (webhook.Id, Convert.ToBase64String(webhook.Body))));
        await Eventually.TrueAsync(async () => await app.QueryAsync<long>(
            "ordersdb", "SELECT count(*) FROM webhook_deliveries WHERE order_id = $1 AND state = 'delivered'", customer.OrderId) == 1);
        // The try that died left no record.
        Assert.Equal(1, await app.QueryAsync<int>(
            "ordersdb", "SELECT tries FROM webhook_deliveries WHERE order_id = $1", customer.OrderId));
        await app.ReadyAsync("order-service");
    }

    [Fact]
    public async Task While_an_endpoint_hangs_screens_and_another_endpoint_learn_of_each_payment()
    {
        await using var hanging = await ShopEndpoint.StartAsync(ShopEndpoint.HangAsync);
        await using var good = await ShopEndpoint.StartAsync();
        await AddEndpointAsync(hanging.Url);
        await AddEndpointAsync(good.Url);

        for (var i = 0; i < 10; i++)
        {
            var customer = await Customer.OrdersAsync(app.App);
            using var screen = await customer.WatchAsync();
            await PaysAsync(customer);
            await screen.UntilAsync("paid");
            await good.GotAsync(webhook => webhook.OrderId == customer.OrderId.ToString());
        }

        Assert.NotEmpty(hanging.Received);
        Assert.Equal(0L, await app.QueryAsync<long>("ordersdb", """
            SELECT count(*) FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
            WHERE e.url = $1 AND d.state <> 'pending'
            """, hanging.Url));
    }

    static async Task PaysAsync(Customer customer) =>
        // A test before this one may have killed a service, whose callers recover a little later.
        await Eventually.TrueAsync(async () => (await customer.PayAsync(key: "k")) is { Status: HttpStatusCode.OK } paid
            && paid["status"] == "succeeded");

    async Task AddEndpointAsync(string url)
    {
        await app.ReadyAsync("order-service");
        using var request = await RequestAsync(HttpMethod.Post, "/webhook-endpoints");
        request.Content = JsonContent.Create(new { url, types = (string[])["order.paid"] });
        using var response = await _http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path)
    {
        HttpRequestMessage request = new(method, new Uri(app.App.GetEndpoint("order-service"), path));
        request.Headers.Add("X-Api-Key", await app.App.GetParameterAsync("merchant-key"));
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        using var list = await RequestAsync(HttpMethod.Get, "/webhook-endpoints");
        using var found = await _http.SendAsync(list, CancellationToken.None);
        foreach (var endpoint in JsonNode.Parse(await found.Content.ReadAsStringAsync(CancellationToken.None))!["endpoints"]!.AsArray())
        {
            using var delete = await RequestAsync(HttpMethod.Delete, $"/webhook-endpoints/{endpoint!["id"]}");
            using var deleted = await _http.SendAsync(delete, CancellationToken.None);
        }
        _http.Dispose();
    }
}
