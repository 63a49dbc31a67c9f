using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.PaymentApi.Orders;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>Asks OrderService which versions of orders and payments it has applied.</summary>
public sealed class OrderVersionsClient(HttpClient http)
{
    /// <summary>Those of the orders <paramref name="ids"/>, at most 1,000, that OrderService knows.</summary>
    /// <exception cref="OrderServiceUnavailableException">OrderService can't be reached, or can't answer now.</exception>
    public async Task<IReadOnlyDictionary<Guid, OrderVersions>> FindAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync("/orders/versions", ids, DeliveryJson.Default.GuidArray, cancellationToken);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync(DeliveryJson.Default.DictionaryGuidOrderVersions, cancellationToken)
                ?? throw new JsonException("The answer is null.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OrderServiceUnavailableException(e);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Guid[]))]
[JsonSerializable(typeof(Dictionary<Guid, OrderVersions>))]
sealed partial class DeliveryJson : JsonSerializerContext;
