using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Catalogue;

/// <summary>Reads the shop's products from OrderService.</summary>
public sealed class ProductClient(HttpClient http)
{
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public Task<List<Product>> ListAsync(CancellationToken cancellationToken) => ServiceCall.ToAsync("order-service", async () =>
        await http.GetFromJsonAsync("/products", ProductJson.Default.ListProduct, cancellationToken) ?? [], cancellationToken);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<Product>))]
sealed partial class ProductJson : JsonSerializerContext;
