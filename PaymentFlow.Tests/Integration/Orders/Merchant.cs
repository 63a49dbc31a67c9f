using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>Another team's shop, which sends its customers to our checkout.</summary>
public sealed class Merchant(PaymentFlowApp host, OrdersApp app)
{
    public static string NewReference() => $"shop-{Guid.CreateVersion7()}";

    /// <summary>An order of 42 euros with all that the checkout can be told, in the members of a JSON object.</summary>
    public JsonObject Order(params (string Name, JsonNode? Value)[] changes)
    {
        JsonObject order = new()
        {
            ["reference"] = NewReference(),
            ["amount"] = 4200,
            ["currency"] = "eur",
            ["description"] = "Two nights",
            ["returnUrl"] = $"{host.ShopOrigin}/thanks?from=checkout",
            ["cancelUrl"] = $"{host.ShopOrigin}/basket",
            ["customerEmail"] = "anna@customers.example",
            ["locale"] = "ru-RU",
            ["metadata"] = new JsonObject { ["cart"] = "17", ["gift"] = "да" },
        };
        foreach (var (name, value) in changes) order[name] = value;
        return order;
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? idempotencyKey = null) =>
        app.SendAsync(method, path, body, idempotencyKey is null
            ? [("X-Api-Key", app.MerchantKey)]
            : [("X-Api-Key", app.MerchantKey), ("Idempotency-Key", idempotencyKey)]);

    public async Task<CheckoutOrder> CreateAsync(params (string Name, JsonNode? Value)[] changes)
    {
        var answer = await SendAsync(HttpMethod.Post, "/orders", Order(changes));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return new CheckoutOrder(answer.Body.Deserialize<CreatedOrder>(JsonSerializerOptions.Web)!, answer["checkoutUrl"]!);
    }

    /// <summary>What Web does with a link.</summary>
    public Task<Answer> OpenAsync(string token) =>
        app.SendAsync(HttpMethod.Post, "/orders/checkout-sessions", new { token }, ("X-Service-Key", app.ServiceKey));
}

/// <param name="Url">The checkout link.</param>
public sealed record CheckoutOrder(CreatedOrder Order, string Url)
{
    public string Token => TokenOf(Url);

    public static string TokenOf(string url) => url[(url.IndexOf("token=", StringComparison.Ordinal) + 6)..];
}
