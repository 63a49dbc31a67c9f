using System.Net;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Messaging.Journey;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>As OrderService and PaymentApi answer them; null where the other has nothing of it yet.</summary>
public sealed record OrderJourney(Order Order, IReadOnlyList<JourneyStep> Steps);

/// <inheritdoc cref="OrderJourney"/>
public sealed record PaymentJourney(
    Guid PaymentId, Guid OrderId, string Status, long Amount, long AmountRefunded, string Currency, string? PaymentIntent, IReadOnlyList<JourneyStep> Steps);

/// <summary>Both services, asked as the operator who is signed in.</summary>
sealed class OperatorClient(IHttpClientFactory clients, IConfiguration configuration)
{
    public const string Orders = "operator order-service";
    public const string Payments = "operator payment-api";

    /// <summary>The order that is meant by its own id, its reference, its payment's id or its PaymentIntent; null for none.</summary>
    /// <exception cref="ServiceUnavailableException">One of the services can't answer now.</exception>
    public async Task<Guid?> SearchAsync(string what, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(what, out var id))
        {
            if (await OrderAsync(id, who, cancellationToken) is not null) return id;
            return (await PaymentAsync($"paymentId={id}", who, cancellationToken))?.OrderId;
        }
        if (what.StartsWith("pi_", StringComparison.Ordinal))
            return (await PaymentAsync($"paymentIntent={Uri.EscapeDataString(what)}", who, cancellationToken))?.OrderId;
        return (await GetAsync(Orders, $"/orders/journey?reference={Uri.EscapeDataString(what)}", OperatorJson.Default.OrderJourney, who, cancellationToken))?.Order.Id;
    }

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public Task<OrderJourney?> OrderAsync(Guid id, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        GetAsync(Orders, $"/orders/{id}/journey", OperatorJson.Default.OrderJourney, who, cancellationToken);

    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public Task<PaymentJourney?> PaymentOfAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PaymentAsync($"orderId={orderId}", who, cancellationToken);

    Task<PaymentJourney?> PaymentAsync(string query, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        GetAsync(Payments, $"/payments/journey?{query}", OperatorJson.Default.PaymentJourney, who, cancellationToken);

    async Task<T?> GetAsync<T>(
        string service, string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, ClaimsPrincipal who, CancellationToken cancellationToken) where T : class
    {
        using var http = clients.CreateClient(service);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-Operator-Key", configuration["Operator:Key"]);
        request.Headers.TryAddWithoutValidation("X-Operator-Name", who.Identity?.Name);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync(json, cancellationToken);
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken))
        {
            throw new ServiceUnavailableException(service, e);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderJourney))]
[JsonSerializable(typeof(PaymentJourney))]
sealed partial class OperatorJson : JsonSerializerContext;

static class OperatorConsole
{
    public static void AddOperatorConsole(this IHostApplicationBuilder builder)
    {
        builder.AddOperatorSignIn();
        builder.Services.AddSingleton<OperatorClient>();
        builder.Services.AddHttpClient(OperatorClient.Orders, client => client.BaseAddress = new Uri("http://order-service"));
        builder.Services.AddHttpClient(OperatorClient.Payments, client => client.BaseAddress = new Uri("http://payment-api"));
    }
}
