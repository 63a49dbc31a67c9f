using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.Web.Orders;

/// <summary>OrderService's orders as the screen sweep compares them, all in one call.</summary>
sealed class OrderStates(HttpClient http) : IOrderStates
{
    public async Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync("/orders/newer", seen, OrderJson.Default.IReadOnlyDictionaryGuidInt64, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(OrderJson.Default.ListOrderEvent, cancellationToken) ?? [];
    }
}
