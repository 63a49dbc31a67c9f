using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.Details;
using PaymentFlow.PaymentApi.Journey;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.PersonalData;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.Persistence.Audit;

namespace PaymentFlow.PaymentApi;

/// <summary>The types of all requests and responses. Only Program.cs uses it.</summary>
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
[JsonSerializable(typeof(PaymentPersonalData))]
[JsonSerializable(typeof(PaymentStatistics))]
sealed partial class PaymentApiJson : JsonSerializerContext;
