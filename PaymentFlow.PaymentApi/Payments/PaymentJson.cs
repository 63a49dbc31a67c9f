using System.Text.Json.Serialization;
using PaymentFlow.Messaging.Audit;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.Figures;
using PaymentFlow.PaymentApi.Journey;
using PaymentFlow.PaymentApi.Refunds;

namespace PaymentFlow.PaymentApi.Payments;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PreparePaymentRequest))]
[JsonSerializable(typeof(ProcessPaymentRequest))]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(PaymentDetails))]
[JsonSerializable(typeof(RefundRequest))]
[JsonSerializable(typeof(RefundResponse))]
[JsonSerializable(typeof(CancelPaymentRequest))]
[JsonSerializable(typeof(IReadOnlyList<RecordedAction>))]
[JsonSerializable(typeof(PaymentJourney))]
[JsonSerializable(typeof(PaymentFigures))]
sealed partial class PaymentJson : JsonSerializerContext;
