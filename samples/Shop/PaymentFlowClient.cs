using System.Net.Http.Json;

namespace Shop;

/// <summary>An order in PaymentFlow.</summary>
/// <param name="ClientSecret">Allows seeing and paying this one order.</param>
/// <param name="CheckoutUrl">Opens the page on which this one order is paid. It may be sent by e-mail.</param>
sealed record CreatedOrder(Guid Id, string ClientSecret, string CheckoutUrl);

/// <summary>An address to which PaymentFlow sends events.</summary>
sealed record RegisteredEndpoint(Guid Id, string Url);

/// <summary>PaymentFlow's API for merchants. The merchant key is sent with each request; it never leaves the server.</summary>
sealed class PaymentFlowClient(HttpClient http, ShopSettings settings)
{
    /// <exception cref="HttpRequestException">
    /// The order was not created, or its answer was lost: repeat the call. It gets the same order for 24 hours.
    /// </exception>
    public Task<CreatedOrder> CreateOrderAsync(Sale sale, CancellationToken cancellationToken) =>
        SendAsync<CreatedOrder>(
            HttpMethod.Post, "/orders", new
            {
                reference = sale.Reference,
                amount = sale.Amount,
                currency = sale.Currency,
                description = "Two nights at the lake",
                // The checkout leads back here. The origin must be one of PaymentFlow's Clients:AllowedOrigins.
                returnUrl = $"{settings.PublicUrl}/thanks/{sale.Reference}",
                cancelUrl = settings.PublicUrl,
            },
            // If the answer is lost, a repeat with the same key gets the same order and secret.
            cancellationToken, idempotencyKey: sale.Reference);

    public async Task<IReadOnlyList<RegisteredEndpoint>> EndpointsAsync(CancellationToken cancellationToken) =>
        (await SendAsync<EndpointList>(HttpMethod.Get, "/webhook-endpoints", null, cancellationToken)).Endpoints;

    public Task<KnownEndpoint> AddEndpointAsync(string url, string[] types, CancellationToken cancellationToken) =>
        SendAsync<KnownEndpoint>(HttpMethod.Post, "/webhook-endpoints", new { url, types, description = "Sample shop" }, cancellationToken);

    public async Task<string> ReplaceSecretAsync(Guid id, CancellationToken cancellationToken) =>
        (await SendAsync<NewSecret>(HttpMethod.Post, $"/webhook-endpoints/{id}/rotate-secret", null, cancellationToken)).Secret;

    async Task<T> SendAsync<T>(
        HttpMethod method, string path, object? body, CancellationToken cancellationToken, string? idempotencyKey = null)
    {
        using HttpRequestMessage request = new(method, new Uri(new Uri(settings.Orders), path));
        if (body is not null) request.Content = JsonContent.Create(body);
        request.Headers.Add("X-Api-Key", settings.MerchantKey);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<T>(cancellationToken))!;
    }

    sealed record EndpointList(IReadOnlyList<RegisteredEndpoint> Endpoints);

    sealed record NewSecret(string Secret);
}
