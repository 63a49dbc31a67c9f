using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Orders;

/// <summary>The columns <c>orders.items</c> and <c>orders.metadata</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<OrderItem>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
sealed partial class OrderItemsJson : JsonSerializerContext;
