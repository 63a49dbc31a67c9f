using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Memory;
using PaymentFlow.Contracts;

namespace PaymentFlow.PaymentApi.Orders;

/// <summary>
/// Reads orders from OrderService with the customer's secret. A caller that may not read an order can't pay it. The service key beside the
/// secret gives no further right; OrderService adds the customer's e-mail address for it.
/// </summary>
public sealed class OrderClient(HttpClient http, OrderCache known, IConfiguration configuration)
{
    /// <summary>Null when no order matches this id and secret.</summary>
    /// <param name="clientSecret">
    /// The secret that the caller sent. Null to read the order with the service key, for a caller whose right is already verified.
    /// </param>
    /// <exception cref="OrderServiceUnavailableException">OrderService can't be reached, or can't answer now.</exception>
    public async Task<PayableOrder?> FindAsync(Guid orderId, string? clientSecret, CancellationToken cancellationToken)
    {
        if (clientSecret is not null && known.Find(orderId, clientSecret) is { } kept) return kept;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/orders/{orderId}", UriKind.Relative));
        request.Headers.Add(RequestHeaders.ServiceKey, configuration["Services:Key"]);
        if (clientSecret is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", clientSecret);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) return null;
            response.EnsureSuccessStatusCode();
            var order = (await response.Content.ReadFromJsonAsync(OrderJson.Default.OrderAnswer, cancellationToken))?.ToPayable();
            if (clientSecret is not null && order is not null) known.Keep(order, clientSecret);
            return order;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not JsonException)
        {
            throw new OrderServiceUnavailableException(e);
        }
    }
}

/// <summary>
/// Caches orders that were read with their customer's secret in the last 15 minutes, so that paying after a prepare or a decline
/// needs no call to OrderService and works while it is down. Entries hardly go stale: the cached fields and the client secret are
/// immutable, and a customer whose checkout link was replaced can pay for 15 more minutes at most.
/// The payment's row decides whether an order may be paid.
/// </summary>
public sealed class OrderCache : IDisposable
{
    const int MaxEntries = 10_000;

    /// <summary>About as long as a customer stays on a checkout page.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly MemoryCache _orders = new(new MemoryCacheOptions { SizeLimit = MaxEntries });

    /// <summary>Null when the order is not cached for this secret.</summary>
    public PayableOrder? Find(Guid orderId, string clientSecret) =>
        _orders.TryGetValue(orderId, out Entry? known) && CryptographicOperations.FixedTimeEquals(known!.SecretHash, Hash(clientSecret))
            ? known.Order
            : null;

    /// <summary>Caches an order that OrderService has just returned for this secret.</summary>
    public void Keep(PayableOrder order, string clientSecret) =>
        _orders.Set(
            order.Id, new Entry(order, Hash(clientSecret)),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Lifetime });

    static byte[] Hash(string clientSecret) => SHA256.HashData(Encoding.UTF8.GetBytes(clientSecret));

    public void Dispose() => _orders.Dispose();

    sealed record Entry(PayableOrder Order, byte[] SecretHash);
}

/// <summary>OrderService is unavailable. Nothing was sent to Stripe, so the caller may try again.</summary>
public sealed class OrderServiceUnavailableException(Exception inner) : Exception("OrderService can't be reached.", inner);

/// <summary>
/// The fields of an order that PaymentApi needs. They are immutable, but the e-mail address can be erased. The amount charged is always
/// this amount.
/// </summary>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="CustomerEmail">For Stripe's receipt. Never stored here, and never logged.</param>
/// <param name="Description">What the order is for: the merchant's text, or the products of our shop.</param>
/// <param name="ExpiresAt">When the order is canceled if it is unpaid; null if it can be given up earlier.</param>
public sealed record PayableOrder(
    Guid Id, string? Reference, long Amount, string Currency, string? CustomerEmail = null, DateTimeOffset? ExpiresAt = null,
    string? Description = null);

/// <summary>OrderService's answer, as far as PaymentApi reads it.</summary>
/// <param name="Items">The products of an order of our shop. Empty for a merchant's order, which can have a description.</param>
sealed record OrderAnswer(
    Guid Id, string? Reference, long Amount, string Currency, string? CustomerEmail = null, DateTimeOffset? ExpiresAt = null,
    string? Description = null, IReadOnlyList<OrderedProduct>? Items = null)
{
    public PayableOrder ToPayable() => new(Id, Reference, Amount, Currency, CustomerEmail, ExpiresAt, Description ?? Products);

    string? Products => Items is { Count: > 0 } ? string.Join(", ", Items.Select(item => $"{item.Name} × {item.Quantity}")) : null;
}

sealed record OrderedProduct(string Name, long Quantity);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OrderAnswer))]
sealed partial class OrderJson : JsonSerializerContext;
