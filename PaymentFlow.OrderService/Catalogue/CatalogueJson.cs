using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Catalogue;

/// <summary>The products as they are in products.json.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<Product>))]
sealed partial class CatalogueJson : JsonSerializerContext;
