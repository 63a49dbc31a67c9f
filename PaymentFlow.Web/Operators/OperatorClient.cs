using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Web.Operators.SignIn;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>The response of a service's journey endpoint.</summary>
public sealed record OrderJourney(Order Order, IReadOnlyList<JourneyStep> Steps);

/// <inheritdoc cref="OrderJourney"/>
public sealed record PaymentJourney(
    Guid PaymentId, Guid OrderId, string Status, long Amount, long AmountRefunded, string Currency, string? PaymentIntent,
    IReadOnlyList<JourneyStep> Steps);

/// <summary>A dead letter, with the fields that the console shows.</summary>
/// <param name="Key">The order's id, if the message was one of our events.</param>
public sealed record DeadLetter(Guid Id, string Topic, int Partition, long Offset, string? Key, string Error, DateTimeOffset ReceivedAt);

public sealed record DeadLetterPage(IReadOnlyList<DeadLetter> DeadLetters, Guid? Next);

/// <summary>Calls both services on behalf of the signed-in operator.</summary>
sealed class OperatorClient(IHttpClientFactory clients, IConfiguration configuration)
{
    public const string Orders = "operator order-service";
    public const string Payments = "operator payment-api";

    /// <summary>Finds an order's id by order id, reference, payment id or PaymentIntent. Null if none matches.</summary>
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
        var byReference = $"/orders/journey?reference={Uri.EscapeDataString(what)}";
        return (await GetAsync(Orders, byReference, OperatorJson.Default.OrderJourney, who, cancellationToken))?.Order.Id;
    }

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public Task<OrderJourney?> OrderAsync(Guid id, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        GetAsync(Orders, $"/orders/{id}/journey", OperatorJson.Default.OrderJourney, who, cancellationToken);

    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public Task<PaymentJourney?> PaymentOfAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PaymentAsync($"orderId={orderId}", who, cancellationToken);

    /// <param name="after">The <c>Next</c> of the previous page. Null for the first page.</param>
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<DeadLetterPage> DeadLettersAsync(Guid? after, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await GetAsync(
            Orders, $"/dead-letters{(after is null ? "" : $"?after={after}")}", OperatorJson.Default.DeadLetterPage, who,
            cancellationToken))!;

    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public async Task<PaymentStatistics> PaymentStatisticsAsync(CancellationToken cancellationToken) =>
        (await GetAsync(Payments, "/statistics", OperatorJson.Default.PaymentStatistics, null, cancellationToken))!;

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<OrderStatistics> OrderStatisticsAsync(CancellationToken cancellationToken) =>
        (await GetAsync(Orders, "/statistics", OperatorJson.Default.OrderStatistics, null, cancellationToken))!;

    /// <summary>
    /// Null if the service accepted the action, else why not. Calls with the same <paramref name="key"/> make one refund.
    /// </summary>
    /// <exception cref="ServiceUnavailableException">There was no answer. The action may have been executed.</exception>
    public Task<Problem?> RefundAsync(Guid paymentId, long? amount, Guid key, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PostAsync(Payments, $"/payments/{paymentId}/refunds", new RefundRequest(amount), key, who, cancellationToken);

    /// <inheritdoc cref="RefundAsync"/>
    public Task<Problem?> CancelAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PostAsync(Orders, $"/orders/{orderId}/cancel", null, null, who, cancellationToken);

    /// <inheritdoc cref="RefundAsync"/>
    public Task<Problem?> ReplayAsync(Guid deadLetterId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PostAsync(Orders, $"/dead-letters/{deadLetterId}/replay", null, null, who, cancellationToken);

    Task<PaymentJourney?> PaymentAsync(string query, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        GetAsync(Payments, $"/payments/journey?{query}", OperatorJson.Default.PaymentJourney, who, cancellationToken);

    Task<T?> GetAsync<T>(
        string service, string path, JsonTypeInfo<T> json, ClaimsPrincipal? who, CancellationToken cancellationToken) where T : class
    {
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return SendAsync(service, request, who, async response =>
        {
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync(json, cancellationToken);
        }, cancellationToken);
    }

    Task<Problem?> PostAsync(
        string service, string path, RefundRequest? body, Guid? key, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = JsonContent.Create(body, OperatorJson.Default.RefundRequest);
        if (key is not null) request.Headers.Add(ApiHeaders.IdempotencyKey, key.ToString());
        return SendAsync<Problem?>(service, request, who, async response =>
        {
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) response.EnsureSuccessStatusCode();
            return response.IsSuccessStatusCode ? null : await Problem.ReadAsync(response, cancellationToken);
        }, cancellationToken);
    }

    async Task<T> SendAsync<T>(
        string service, HttpRequestMessage request, ClaimsPrincipal? who, Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var sent = request;
        using var http = clients.CreateClient(service);
        request.Headers.Add(ApiHeaders.OperatorKey, configuration["Operator:Key"]);
        if (who?.Identity?.Name is { } name) request.Headers.TryAddWithoutValidation(ApiHeaders.OperatorName, name);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return await read(response);
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken))
        {
            throw new ServiceUnavailableException(service.Split(' ')[1], e);
        }
    }

    internal sealed record RefundRequest([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Amount);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderJourney))]
[JsonSerializable(typeof(PaymentJourney))]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(PaymentStatistics))]
[JsonSerializable(typeof(OrderStatistics))]
[JsonSerializable(typeof(OperatorClient.RefundRequest))]
sealed partial class OperatorJson : JsonSerializerContext;

static class OperatorConsole
{
    // Longer than PaymentApi's timeout for Stripe.
    static readonly TimeSpan PaymentPatience = TimeSpan.FromSeconds(60);

    public static void AddOperatorConsole(this IHostApplicationBuilder builder)
    {
        builder.AddOperatorSignIn();
        builder.Services.AddSingleton<OperatorClient>();
        builder.Services.AddHttpClient(OperatorClient.Orders, client => client.BaseAddress = new Uri("http://order-service"))
            .SendNamesInUtf8();
        var payments = builder.Services.AddHttpClient(OperatorClient.Payments, client =>
        {
            client.BaseAddress = new Uri("http://payment-api");
            client.Timeout = PaymentPatience;
        });
        // A refund waits for Stripe, so no handler may cut it off early.
#pragma warning disable EXTEXP0001 // Experimental. The stable alternative is to repeat the default handlers for every other client.
        payments.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        payments.SendNamesInUtf8();
    }

    /// <summary>Sends header values in UTF-8, as Kestrel reads them. Otherwise HttpClient refuses a name such as «Анна».</summary>
    static void SendNamesInUtf8(this IHttpClientBuilder http) =>
        http.UseSocketsHttpHandler((handler, _) => handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8);
}
