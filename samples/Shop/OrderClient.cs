using System.Net.Http.Json;

namespace Shop;

/// <summary>PaymentFlow's URLs, and the key that lets this shop set an order's amount. Keep the key on the server.</summary>
sealed record PaymentFlowAddresses(string Orders, string Payments, string Web, string MerchantKey);

/// <summary>An order in PaymentFlow. The secret allows seeing and paying this one order.</summary>
sealed record CreatedOrder(Guid Id, string ClientSecret);

sealed class OrderClient(HttpClient http, PaymentFlowAddresses addresses)
{
    public PaymentFlowAddresses Addresses => addresses;

    /// <exception cref="HttpRequestException">
    /// The order was not created, or its answer was lost: repeat the call. It gets the same order for 24 hours.
    /// </exception>
    public async Task<CreatedOrder> CreateAsync(Sale sale, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(new Uri(addresses.Orders), "/orders"))
        {
            Content = JsonContent.Create(new
            {
                reference = sale.Reference,
                amount = sale.Amount,
                currency = sale.Currency,
                description = "Two nights at the lake",
            }),
        };
        request.Headers.Add("X-Api-Key", addresses.MerchantKey);
        // If the answer is lost, a repeat with the same key gets the same order and secret.
        request.Headers.Add("Idempotency-Key", sale.Reference);
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<CreatedOrder>(cancellationToken))!;
    }
}
