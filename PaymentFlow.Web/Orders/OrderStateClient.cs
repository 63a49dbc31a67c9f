using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.Web.Orders;

/// <summary>Reads the newer states of all orders that the screen sweep compares, in one call to OrderService.</summary>
sealed class OrderStateClient(HttpClient http) : IOrderStateReader
{
    public async Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(
            "/orders/newer", seen, OrderJson.Default.IReadOnlyDictionaryGuidInt64, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(OrderJson.Default.ListOrderEvent, cancellationToken) ?? [];
    }
}
