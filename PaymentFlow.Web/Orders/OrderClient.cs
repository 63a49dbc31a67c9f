using System.Net;
using System.Net.Http.Headers;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>OrderService. Every call throws <see cref="ServiceUnavailableException"/> when it can't be reached or can't answer now.</summary>
public sealed class OrderClient(HttpClient http)
{
    const string Name = "order-service";

    public Task<List<Product>> ProductsAsync(CancellationToken cancellationToken) => CallAsync(async () =>
        await http.GetFromJsonAsync("/products", OrderJson.Default.ListProduct, cancellationToken) ?? [], cancellationToken);

    /// <summary>The new order, or why there is none.</summary>
    public Task<(CreatedOrder? Order, Problem? Problem)> CreateAsync(IReadOnlyList<OrderLine> items, CancellationToken cancellationToken) =>
        CallAsync<(CreatedOrder?, Problem?)>(async () =>
        {
            using var response = await http.PostAsJsonAsync("/orders", new CreateOrder(items), OrderJson.Default.CreateOrder, cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync(OrderJson.Default.CreatedOrder, cancellationToken), null)
                : (null, await Problem.ReadAsync(response, cancellationToken));
        }, cancellationToken);

    /// <summary>The order as it is now; null when there is none, or none for this secret.</summary>
    public Task<Order?> FindAsync(Guid id, string secret, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/orders/{id}", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(OrderJson.Default.Order, cancellationToken);
    }, cancellationToken);

    /// <summary>
    /// Asks for the order to be canceled; repeating it is harmless. Null when it is canceled, of which the page hears by push, else
    /// why not: <c>already_paid</c>, <c>confirmation_in_flight</c>…
    /// </summary>
    public Task<Problem?> CancelAsync(Guid id, string secret, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/orders/{id}/cancel", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode ? null : await Problem.ReadAsync(response, cancellationToken);
    }, cancellationToken);

    static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken))
        {
            throw new ServiceUnavailableException(Name, e);
        }
    }
}
