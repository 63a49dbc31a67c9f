using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>An endpoint that a merchant has registered at the running OrderService, until the test ends.</summary>
sealed class MerchantEndpoint : IAsyncDisposable
{
    readonly OrdersApp _app;

    MerchantEndpoint(OrdersApp app, JsonNode created)
    {
        _app = app;
        Id = created["id"]!.GetValue<Guid>();
        Secret = created["secret"]!.GetValue<string>();
    }

    public Guid Id { get; }

    public string Secret { get; }

    public static async Task<MerchantEndpoint> CreateAsync(OrdersApp app, string url, params string[] types)
    {
        var created = await AsMerchantAsync(app, HttpMethod.Post, "/webhook-endpoints", new { url, types });
        Assert.Equal(HttpStatusCode.Created, created.Status);
        return new MerchantEndpoint(app, created.Body!);
    }

    public static Task<Answer> AsMerchantAsync(OrdersApp app, HttpMethod method, string path, object? body = null) =>
        app.SendAsync(method, path, body, ("X-Api-Key", app.MerchantKey));

    public Task<Answer> SendAsync(HttpMethod method, string path = "", object? body = null) =>
        AsMerchantAsync(_app, method, $"/webhook-endpoints/{Id}{path}", body);

    /// <summary>Sends a test event, and returns the delivery.</summary>
    public async Task<Answer> TestAsync()
    {
        var answer = await SendAsync(HttpMethod.Post, "/test");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    /// <summary>The deliveries of an order to this endpoint, newest first.</summary>
    public async Task<JsonArray> DeliveriesAsync(Guid order, string query = "") => (await AsMerchantAsync(
        _app, HttpMethod.Get, $"/webhook-deliveries?endpoint={Id}&order={order}{query}")).Body!["deliveries"]!.AsArray();

    public async ValueTask DisposeAsync()
    {
        using HttpRequestMessage request = new(HttpMethod.Delete, $"/webhook-endpoints/{Id}");
        request.Headers.Add("X-Api-Key", _app.MerchantKey);
        using var response = await _app.Http.SendAsync(request, CancellationToken.None);
    }
}
