using System.Text.Json.Serialization;

namespace PaymentFlow.Messaging.Consuming;

[JsonSerializable(typeof(Dictionary<string, string>))]
sealed partial class DeadLetterJson : JsonSerializerContext;
