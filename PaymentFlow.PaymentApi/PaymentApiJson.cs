using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Attention;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.Details;
using PaymentFlow.PaymentApi.Journey;
using PaymentFlow.PaymentApi.PaymentList;
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
[JsonSerializable(typeof(OperatorActionPage))]
[JsonSerializable(typeof(AttentionList))]
[JsonSerializable(typeof(PaymentJourney))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(PaymentPage))]
[JsonSerializable(typeof(PaymentPersonalData))]
[JsonSerializable(typeof(PaymentStatistics))]
[JsonSerializable(typeof(PaymentOverview))]
sealed partial class PaymentApiJson : JsonSerializerContext;
