using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.PaymentApi.Orders;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>Asks OrderService which versions of orders and payments it has applied.</summary>
public sealed class OrderVersionsClient(HttpClient http)
{
    /// <summary>Those of the orders <paramref name="ids"/>, at most 1,000, that OrderService knows.</summary>
    /// <exception cref="OrderServiceUnavailableException">OrderService can't be reached, or can't answer now.</exception>
    public async Task<IReadOnlyDictionary<Guid, OrderVersions>> FindAsync(Guid[] ids, CancellationToken cancellationToken) =>
        await AskAsync(
            () => http.PostAsJsonAsync("/orders/versions", ids, DeliveryJson.Default.GuidArray, cancellationToken),
            DeliveryJson.Default.DictionaryGuidOrderVersions, cancellationToken)
        ?? throw new OrderServiceUnavailableException(new HttpRequestException("POST /orders/versions is 404."));

    /// <summary>The orders that payments changed, from a position on.</summary>
    /// <param name="limit">The number of changes to look at, at most 1,000.</param>
    /// <param name="minAge">Later changes come in a later answer.</param>
    /// <returns>Null if a team's own service, which replaces OrderService, has no such call.</returns>
    /// <exception cref="OrderServiceUnavailableException">OrderService can't be reached, or can't answer now.</exception>
    public Task<OrderChanges?> ChangesAsync(long after, int limit, TimeSpan minAge, CancellationToken cancellationToken) => AskAsync(
        () => http.GetAsync(
            string.Create(CultureInfo.InvariantCulture,
                $"/orders/changes?after={after}&limit={limit}&minAge={Math.Ceiling(minAge.TotalSeconds)}"), cancellationToken),
        DeliveryJson.Default.OrderChanges, cancellationToken);

    static async Task<T?> AskAsync<T>(
        Func<Task<HttpResponseMessage>> ask, JsonTypeInfo<T> json, CancellationToken cancellationToken) where T : class
    {
        try
        {
            using var response = await ask();
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync(json, cancellationToken) ?? throw new JsonException("The answer is null.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OrderServiceUnavailableException(e);
        }
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Guid[]))]
[JsonSerializable(typeof(Dictionary<Guid, OrderVersions>))]
[JsonSerializable(typeof(OrderChanges))]
sealed partial class DeliveryJson : JsonSerializerContext;
