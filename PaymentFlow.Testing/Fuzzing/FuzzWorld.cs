using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Testing.OpenApi;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>An order that the fuzzed requests are about, with its payment if it has one.</summary>
public sealed record FuzzOrder(Guid Id, string Reference, string Secret, Guid? PaymentId, string? PaymentIntent);

/// <summary>The running services, their keys, and orders in different states.</summary>
public sealed class FuzzWorld : IDisposable
{
    // The order of the list decides which orders a seed chooses, so new kinds go to the end.
    static readonly string?[] PaymentMethods =
    [
        "pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_chargeDeclined", "pm_card_threeDSecure2Required", null, null, null,
        null, null, null, null,
    ];

    /// <summary>An address for webhooks at which nothing listens.</summary>
    public const string Nowhere = "http://127.0.0.1:9/webhooks";

    readonly RunningApp _app;
    readonly HttpClient _http = new();

    FuzzWorld(RunningApp app) => _app = app;

    public required string OperatorKey { get; init; }

    public required string MerchantKey { get; init; }

    public required string ServiceKey { get; init; }

    public required string WebhookSecret { get; init; }

    public IReadOnlyList<ApiCall> Calls { get; private set; } = [];

    public IReadOnlyList<FuzzOrder> Orders { get; private set; } = [];

    public IReadOnlyList<string> Products { get; private set; } = [];

    /// <summary>The id of an endpoint for webhooks.</summary>
    public Guid WebhookEndpoint { get; private set; }

    /// <summary>An origin whose pages may call the APIs.</summary>
    public string Origin => _app.GetEndpoint("web").GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// The environment that the services need: each fuzzed request states an address of its own, so that the limits per address refuse
    /// only what they should.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["Proxies__Known__0"] = "127.0.0.1",
        ["Proxies__Known__1"] = "::1",
    };

    public Uri AddressOf(string service) => _app.GetEndpoint(service);

    /// <summary>Reads the services' OpenAPI documents, and creates orders of which some are paid, declined or canceled.</summary>
    public static async Task<FuzzWorld> CreateAsync(RunningApp app, CancellationToken cancellationToken)
    {
        FuzzWorld world = new(app)
        {
            OperatorKey = await app.GetParameterAsync("operator-key"),
            MerchantKey = await app.GetParameterAsync("merchant-key"),
            ServiceKey = await app.GetParameterAsync("service-key"),
            WebhookSecret = await app.GetParameterAsync("sandbox-webhook-secret"),
        };
        world.Calls =
        [
            .. ApiDocument.CallsOf("order-service", await world.SendAsync("order-service", HttpMethod.Get, "/openapi/v1.json")),
            .. ApiDocument.CallsOf("payment-api", await world.SendAsync("payment-api", HttpMethod.Get, "/openapi/v1.json")),
        ];
        var products = await world.SendAsync("order-service", HttpMethod.Get, "/products");
        world.Products = [.. products.AsArray().Select(product => product!["id"]!.GetValue<string>())];
        world.WebhookEndpoint = (await world.SendAsync("order-service", HttpMethod.Post, "/webhook-endpoints", new JsonObject
        {
            ["url"] = Nowhere,
            ["types"] = new JsonArray("order.refunded"),
        }))["id"]!.GetValue<Guid>();
        List<FuzzOrder> orders = [];
        foreach (var method in PaymentMethods) orders.Add(await world.OrderAsync(method, cancellationToken));
        // The last one stays without a payment: it is canceled.
        await world.SendAsync("order-service", HttpMethod.Post, $"/orders/{orders[^1].Id}/cancel", secret: orders[^1].Secret);
        world.Orders = orders;
        return world;
    }

    async Task<FuzzOrder> OrderAsync(string? paymentMethod, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var order = await SendAsync("order-service", HttpMethod.Post, "/orders", new JsonObject
        {
            ["items"] = new JsonArray(new JsonObject { ["productId"] = Products[0], ["quantity"] = 2 }),
        });
        var (id, secret) = (order["id"]!.GetValue<Guid>(), order["clientSecret"]!.GetValue<string>());
        Guid? paymentId = null;
        string? intent = null;
        if (paymentMethod is not null)
        {
            var payment = await SendAsync("payment-api", HttpMethod.Post, "/process-payment", new JsonObject
            {
                ["orderId"] = id,
                ["paymentMethod"] = paymentMethod,
            }, secret);
            paymentId = payment["paymentId"]!.GetValue<Guid>();
            intent = (await SendAsync("payment-api", HttpMethod.Get, $"/payments/{paymentId}"))["paymentIntent"]?.GetValue<string>();
        }
        return new FuzzOrder(id, order["reference"]!.GetValue<string>(), secret, paymentId, intent);
    }

    /// <summary>Sends a request as a customer, or as an operator without a secret, and returns the answer's body.</summary>
    async Task<JsonNode> SendAsync(string service, HttpMethod method, string path, JsonNode? body = null, string? secret = null)
    {
        using HttpRequestMessage request = new(method, new Uri(AddressOf(service), path))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        if (secret is not null) request.Headers.Authorization = new("Bearer", secret);
        else request.Headers.Add("X-Operator-Key", OperatorKey);
        if (path.StartsWith("/webhook-", StringComparison.Ordinal)) request.Headers.Add("X-Api-Key", MerchantKey);
        request.Headers.Add("X-Service-Key", ServiceKey);
        using var response = await _http.SendAsync(request);
        // 402 is the answer that a card which is declined should get.
        if ((int)response.StatusCode != 402) response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>Deletes the endpoints that the requests have left, so that the events of other tests are not sent to them.</summary>
    public async Task DeleteWebhookEndpointsAsync()
    {
        var left = await SendAsync("order-service", HttpMethod.Get, "/webhook-endpoints");
        foreach (var endpoint in left["endpoints"]!.AsArray())
        {
            using HttpRequestMessage delete = new(
                HttpMethod.Delete, new Uri(AddressOf("order-service"), $"/webhook-endpoints/{endpoint!["id"]}"));
            delete.Headers.Add("X-Api-Key", MerchantKey);
            using var response = await _http.SendAsync(delete);
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>The sandbox's ledger of all PaymentIntents.</summary>
    public async Task<JsonNode> LedgerAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<JsonNode>(new Uri(AddressOf("stripe-sandbox"), "/_sandbox/ledger"), cancellationToken))!;

    /// <summary>The lines about unhandled exceptions that both APIs have logged so far.</summary>
    public IReadOnlyList<string> UnhandledExceptions() =>
    [
        .. from service in (string[])["order-service", "payment-api"]
           from line in _app.LogsOf(service)
           where line.Contains("unhandled exception", StringComparison.OrdinalIgnoreCase)
           select $"{service}: {line}",
    ];

    public ValueTask<string> DatabaseAsync(string name) => _app.GetConnectionStringAsync(name);

    public void Dispose() => _http.Dispose();
}
