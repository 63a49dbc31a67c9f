using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>A customer with one order, who uses the public contract only.</summary>
public sealed class Customer
{
    static readonly HttpClient Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 100 });

    readonly RunningApp _app;

    Customer(RunningApp app, JsonNode order)
    {
        _app = app;
        Order = order;
    }

    /// <summary>The answer to POST /orders.</summary>
    public JsonNode Order { get; }

    public Guid OrderId => Order["id"]!.GetValue<Guid>();

    public long Amount => Order["amount"]!.GetValue<long>();

    public string Secret => Order["clientSecret"]!.GetValue<string>();

    public static Task<Customer> OrdersAsync(PaymentFlowApp app) => OrdersAsync(app.App);

    public static async Task<Customer> OrdersAsync(RunningApp app)
    {
        var products = (await Http.GetFromJsonAsync<JsonArray>(new Uri(app.GetEndpoint("order-service"), "/products"), Token))!;
        using var response = await Http.PostAsJsonAsync(
            new Uri(app.GetEndpoint("order-service"), "/orders"),
            new { items = new[] { new { productId = products[0]!["id"]!.GetValue<string>(), quantity = 2 } } }, Token);
        response.EnsureSuccessStatusCode();
        return new Customer(app, (await response.Content.ReadFromJsonAsync<JsonNode>(Token))!);
    }

    /// <summary>The customer of an order that the merchant has placed.</summary>
    public static async Task<Customer> OfMerchantAsync(
        PaymentFlowApp app, string reference, long amount, string currency, string? description = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(app.OrderService, "/orders"))
        {
            Content = JsonContent.Create(new { reference, amount, currency, description }),
        };
        request.Headers.Add("X-Api-Key", app.MerchantKey);
        using var response = await Http.SendAsync(request, Token);
        response.EnsureSuccessStatusCode();
        return new Customer(app.App, (await response.Content.ReadFromJsonAsync<JsonNode>(Token))!);
    }

    public Task<Answer> PayAsync(string paymentMethod = "pm_card_visa", string? key = null, string? returnUrl = null) =>
        PostAsync(
            "/process-payment",
            JsonSerializer.Serialize(returnUrl is null
                ? new { orderId = OrderId, paymentMethod }
                : (object)new { orderId = OrderId, paymentMethod, returnUrl }),
            key);

    /// <summary>Cancels the order's payment. If there is none yet, a later payment is refused.</summary>
    public Task<Answer> CancelAsync() => PostAsync("/payments/cancel", $$"""{"orderId":"{{OrderId}}"}""");

    /// <summary>POSTs to PaymentApi as this customer.</summary>
    public async Task<Answer> PostAsync(
        string path, string body, string? key = null, string contentType = "application/json", string? secret = null,
        string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_app.GetEndpoint("payment-api"), path))
        {
            Content = new StringContent(body, new MediaTypeHeaderValue(contentType)),
        };
        if (secret is not "") request.Headers.Authorization = new("Bearer", secret ?? Secret);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (traceParent is not null) request.Headers.Add("traceparent", traceParent);
        return await Answer.OfAsync(await Http.SendAsync(request, Token));
    }

    public async Task<Answer> GetPaymentAsync(Guid paymentId, string? secret = null, string? operatorKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_app.GetEndpoint("payment-api"), $"/payments/{paymentId}"));
        if (secret is not null) request.Headers.Authorization = new("Bearer", secret);
        if (operatorKey is not null) request.Headers.Add("X-Operator-Key", operatorKey);
        return await Answer.OfAsync(await Http.SendAsync(request, Token));
    }

    /// <summary>The charges for this order in the sandbox's ledger.</summary>
    public async Task<IReadOnlyList<JsonNode>> ChargesAsync()
    {
        var all = await Http.GetFromJsonAsync<JsonArray>(new Uri(_app.GetEndpoint("stripe-sandbox"), "/_sandbox/charges"), Token);
        return [.. all!
            .Where(charge => charge!["metadata"]?["order_id"]?.GetValue<string>() == OrderId.ToString())
            .Select(charge => charge!)];
    }

    /// <summary>Opens the order's WebSocket.</summary>
    public async Task<LiveOrder> WatchAsync(string query = "")
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {Secret}");
        var address = new UriBuilder(new Uri(_app.GetEndpoint("order-service"), $"/orders/{OrderId}/live"))
        {
            Scheme = "ws",
            Query = query,
        };
        await socket.ConnectAsync(address.Uri, Token);
        return new LiveOrder(socket);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;
}
