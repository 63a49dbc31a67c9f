using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Live;

/// <summary>The frames of a WebSocket.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LiveFrame))]
sealed partial class LiveJson : JsonSerializerContext;
