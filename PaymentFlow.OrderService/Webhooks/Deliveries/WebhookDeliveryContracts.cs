using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>An event on its way to an endpoint, with its last try.</summary>
/// <param name="EventId">The header <c>webhook-id</c>, the same in every try.</param>
/// <param name="OrderId">Absent for a test event.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c> or <c>failed</c>.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="NextTryAt">When it is tried again; present only while it is pending.</param>
/// <param name="Status">The status of the last answer; absent if there was none.</param>
/// <param name="Error">
/// Why there was no answer: <c>timeout</c>, <c>connection_failed</c>, <c>host_not_found</c>, <c>tls_failed</c>, <c>invalid_response</c>,
/// <c>address_not_allowed</c>, <c>secret_unavailable</c>.
/// </param>
/// <param name="Response">The first KiB of the last answer's body.</param>
public sealed record WebhookDeliveryResponse(
    Guid Id,
    Guid EndpointId,
    Guid EventId,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? OrderId,
    string State,
    int Tries,
    DateTime CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? NextTryAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? LastTryAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? DurationMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Response)
{
    internal static WebhookDeliveryResponse From(WebhookDelivery delivery) => new(
        delivery.Id, delivery.EndpointId, delivery.EventId, delivery.Type, delivery.OrderId, delivery.State, delivery.Tries,
        delivery.CreatedAt, delivery.State == DeliveryStates.Pending ? delivery.NextAt : null, delivery.LastAt, delivery.LastDurationMs,
        delivery.LastStatus, delivery.LastError, delivery.LastResponse);
}

/// <param name="Next">The value for <c>?after=</c> of the next page; null on the last page.</param>
public sealed record WebhookDeliveryPage(IReadOnlyList<WebhookDeliveryResponse> Deliveries, Guid? Next);
