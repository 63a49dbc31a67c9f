using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts.Attention;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.AppliedVersions;
using PaymentFlow.OrderService.Catalogue;
using PaymentFlow.OrderService.DeadLetters;
using PaymentFlow.OrderService.Journey;
using PaymentFlow.OrderService.Notes;
using PaymentFlow.OrderService.Operators;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.OrderService.PersonalData;
using PaymentFlow.OrderService.Statistics;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.OrderService.Webhooks.Endpoints;
using PaymentFlow.Persistence.Audit;

namespace PaymentFlow.OrderService;

/// <summary>The types of all requests and responses. Only Program.cs uses it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<ProductResponse>))]
[JsonSerializable(typeof(CreateOrderRequest))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(CreatedOrderResponse))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(CheckoutLinkResponse))]
[JsonSerializable(typeof(OpenCheckoutRequest))]
[JsonSerializable(typeof(CheckoutSession))]
[JsonSerializable(typeof(Guid[]))]
[JsonSerializable(typeof(Dictionary<Guid, OrderVersions>))]
[JsonSerializable(typeof(OrderChanges))]
[JsonSerializable(typeof(Dictionary<Guid, long>))]
[JsonSerializable(typeof(IReadOnlyList<OrderEvent>))]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(ReplayedResponse))]
[JsonSerializable(typeof(BulkReplayRequest))]
[JsonSerializable(typeof(BulkReplayResponse))]
[JsonSerializable(typeof(OperatorActionPage))]
[JsonSerializable(typeof(ConsoleAction))]
[JsonSerializable(typeof(AttentionList))]
[JsonSerializable(typeof(OrderPersonalData))]
[JsonSerializable(typeof(OrderJourney))]
[JsonSerializable(typeof(OrderNotePage))]
[JsonSerializable(typeof(AddNoteRequest))]
[JsonSerializable(typeof(OrderStatistics))]
[JsonSerializable(typeof(ScreenOverview))]
[JsonSerializable(typeof(IReadOnlyList<PushReceipt>))]
[JsonSerializable(typeof(CreateWebhookEndpointRequest))]
[JsonSerializable(typeof(ChangeWebhookEndpointRequest))]
[JsonSerializable(typeof(CreatedWebhookEndpointResponse))]
[JsonSerializable(typeof(WebhookEndpointResponse))]
[JsonSerializable(typeof(WebhookEndpointList))]
[JsonSerializable(typeof(RotatedSecretResponse))]
[JsonSerializable(typeof(WebhookDeliveryResponse))]
[JsonSerializable(typeof(WebhookDeliveryPage))]
[JsonSerializable(typeof(ProblemDetails))]
sealed partial class OrderServiceJson : JsonSerializerContext;
