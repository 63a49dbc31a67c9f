using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>The column <c>dead_letters.headers</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Dictionary<string, string>))]
sealed partial class DeadLetterHeadersJson : JsonSerializerContext;
