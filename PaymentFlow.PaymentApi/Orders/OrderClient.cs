using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace PaymentFlow.PaymentApi.Orders;

/// <summary>Reads orders from OrderService with the customer's secret. A caller that may not read an order can't pay it.</summary>
public sealed class OrderClient(HttpClient http, OrderCache known, IConfiguration configuration)
{
    /// <summary>Null when no order matches this id and secret.</summary>
    /// <param name="clientSecret">Null to read the order with the service key, for a caller whose right is already verified.</param>
    /// <exception cref="OrderServiceUnavailableException">OrderService can't be reached, or can't answer now.</exception>
    public async Task<PayableOrder?> FindAsync(Guid orderId, string? clientSecret, CancellationToken cancellationToken)
    {
        if (clientSecret is not null && known.Find(orderId, clientSecret) is { } kept) return kept;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/orders/{orderId}", UriKind.Relative));
        if (clientSecret is null) request.Headers.Add("X-Service-Key", configuration["Services:Key"]);
        else request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", clientSecret);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) return null;
            response.EnsureSuccessStatusCode();
            var order = await response.Content.ReadFromJsonAsync(OrderJson.Default.PayableOrder, cancellationToken);
            if (clientSecret is not null && order is not null) known.Keep(order, clientSecret);
            return order;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not JsonException)
        {
            throw new OrderServiceUnavailableException(e);
        }
    }
}

/// <summary>OrderService is unavailable. Nothing was sent to Stripe, so the caller may try again.</summary>
public sealed class OrderServiceUnavailableException(Exception inner) : Exception("OrderService can't be reached.", inner);
