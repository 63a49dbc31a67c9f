using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Orders;

/// <summary>The column <c>orders.items</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<OrderItem>))]
sealed partial class OrderItemsJson : JsonSerializerContext;
