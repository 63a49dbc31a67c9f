using System.Text.Json.Serialization;

namespace PaymentFlow.Contracts.Events;

/// <summary>Events as JSON: camelCase, unknown fields ignored, a missing or null required field is an error.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PaymentEvent))]
[JsonSerializable(typeof(OrderEvent))]
public sealed partial class EventJson : JsonSerializerContext;
