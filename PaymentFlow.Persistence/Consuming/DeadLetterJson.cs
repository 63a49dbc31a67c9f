using System.Text.Json.Serialization;

namespace PaymentFlow.Persistence.Consuming;

[JsonSerializable(typeof(Dictionary<string, string>))]
sealed partial class DeadLetterJson : JsonSerializerContext;
