using System.Net;
using System.Net.Http.Headers;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Catalogue;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>Calls OrderService. All methods throw <see cref="ServiceUnavailableException"/> when the service cannot answer now.</summary>
public sealed class OrderClient(HttpClient http)
{
    const string Name = "order-service";

    /// <summary>Creates an order. Returns the order, or why it was not created.</summary>
    /// <param name="items">What the customer buys.</param>
    /// <param name="idempotencyKey">The same for a repeat of the same request, if there is one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<(CreatedOrder? Order, Problem? Problem)> CreateAsync(
        IReadOnlyList<OrderLine> items, string? idempotencyKey, CancellationToken cancellationToken) =>
        CallAsync<(CreatedOrder?, Problem?)>(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/orders", UriKind.Relative));
            request.Content = JsonContent.Create(new CreateOrder(items), OrderJson.Default.CreateOrder);
            if (idempotencyKey is not null) request.Headers.Add(RequestHeaders.IdempotencyKey, idempotencyKey);
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync(OrderJson.Default.CreatedOrder, cancellationToken), null)
                : (null, await Problem.ReadAsync(response, cancellationToken));
        }, cancellationToken);

    /// <summary>The current state of the order. Null if there is no such order or the secret is wrong.</summary>
    public Task<Order?> FindAsync(Guid id, string secret, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/orders/{id}", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(OrderJson.Default.Order, cancellationToken);
    }, cancellationToken);

    /// <summary>Exchanges the token of a checkout link. Null if the link opens no order, or no longer.</summary>
    public Task<CheckoutSession?> OpenLinkAsync(string token, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        using var response = await http.PostAsJsonAsync(
            "/orders/checkout-sessions", new OpenLink(token), OrderJson.Default.OpenLink, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(OrderJson.Default.CheckoutSession, cancellationToken);
    }, cancellationToken);

    /// <summary>
    /// Cancels the order. Repeating the call is safe. Returns null if the order is canceled (a push follows), otherwise the problem, such
    /// as <c>already_paid</c> or <c>confirmation_in_flight</c>.
    /// </summary>
    public Task<Problem?> CancelAsync(Guid id, string secret, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/orders/{id}/cancel", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode ? null : await Problem.ReadAsync(response, cancellationToken);
    }, cancellationToken);

    static Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) =>
        ServiceCall.ToAsync(Name, call, cancellationToken);
}
