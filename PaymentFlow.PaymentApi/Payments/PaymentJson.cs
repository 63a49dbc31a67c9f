using System.Text.Json.Serialization;

namespace PaymentFlow.PaymentApi.Payments;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PreparePaymentRequest))]
[JsonSerializable(typeof(ProcessPaymentRequest))]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(PaymentDetails))]
sealed partial class PaymentJson : JsonSerializerContext;
