using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Catalogue;
using PaymentFlow.OrderService.DeadLetters;
using PaymentFlow.OrderService.Figures;
using PaymentFlow.OrderService.Journey;
using PaymentFlow.OrderService.Live;
using PaymentFlow.OrderService.Operators;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.OrderService.Versions;

namespace PaymentFlow.OrderService;

/// <summary>JSON metadata of this service's contracts. Messaging has the metadata of events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<Product>))]
[JsonSerializable(typeof(List<ProductResponse>))]
[JsonSerializable(typeof(CreateOrderRequest))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(CreatedOrderResponse))]
[JsonSerializable(typeof(List<OrderItem>))]
[JsonSerializable(typeof(Guid[]))]
[JsonSerializable(typeof(Dictionary<Guid, OrderVersions>))]
[JsonSerializable(typeof(Dictionary<Guid, long>))]
[JsonSerializable(typeof(IReadOnlyList<OrderEvent>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(ReplayedResponse))]
[JsonSerializable(typeof(List<OperatorActionResponse>))]
[JsonSerializable(typeof(OrderJourney))]
[JsonSerializable(typeof(OrderFigures))]
[JsonSerializable(typeof(IReadOnlyList<PushRecord>))]
[JsonSerializable(typeof(LiveFrame))]
[JsonSerializable(typeof(ProblemDetails))]
sealed partial class OrderServiceJson : JsonSerializerContext;
