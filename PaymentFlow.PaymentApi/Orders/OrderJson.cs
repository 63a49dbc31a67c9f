using System.Text.Json.Serialization;

namespace PaymentFlow.PaymentApi.Orders;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PayableOrder))]
sealed partial class OrderJson : JsonSerializerContext;
