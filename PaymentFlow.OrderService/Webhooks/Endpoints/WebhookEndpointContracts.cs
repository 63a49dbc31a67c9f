using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Webhooks.Endpoints;

/// <param name="Url">Where events are sent. HTTPS outside Development.</param>
/// <param name="Types">Types of events, such as <c>order.paid</c>; <c>*</c> for all.</param>
/// <param name="Description">A note for people.</param>
public sealed record CreateWebhookEndpointRequest(string Url, IReadOnlyList<string?> Types, string? Description = null);

/// <summary>A field that is left out keeps its value.</summary>
/// <param name="Description">An empty text removes it.</param>
/// <param name="Enabled">True enables the endpoint again, whatever the reason was. What waits for it is sent then.</param>
public sealed record ChangeWebhookEndpointRequest(
    string? Url = null, IReadOnlyList<string?>? Types = null, string? Description = null, bool? Enabled = null);

/// <summary>An address that events are sent to.</summary>
/// <param name="DisabledReason">
/// Absent while it is enabled; <c>gone</c> (it answered 410), <c>failing</c> (for five days without a success), <c>requested</c>.
/// </param>
/// <param name="FailingSince">The first failure since the last success; absent if the last try succeeded.</param>
/// <param name="LastError">The status or the reason of the last failure.</param>
/// <param name="Pending">How many deliveries wait for their next try.</param>
/// <param name="Failed">How many deliveries have failed for good in the last 30 days.</param>
public sealed record WebhookEndpointResponse(
    Guid Id,
    string Url,
    IReadOnlyList<string> Types,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    bool Enabled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DisabledReason,
    DateTime CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? FailingSince,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? LastFailedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastError,
    long Pending,
    long Failed)
{
    internal static WebhookEndpointResponse From(WebhookEndpoint endpoint) => new(
        endpoint.Id, endpoint.Url, endpoint.Types, endpoint.Description, endpoint.DisabledReason is null, endpoint.DisabledReason,
        endpoint.CreatedAt, endpoint.FailingSince, endpoint.LastFailedAt, endpoint.LastError, endpoint.Pending, endpoint.Failed);
}

/// <summary>An endpoint with its secret, which is shown only this once.</summary>
/// <param name="Secret"><c>whsec_</c> and the base64 of 32 random bytes.</param>
public sealed record CreatedWebhookEndpointResponse(
    Guid Id, string Url, IReadOnlyList<string> Types,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    bool Enabled, DateTime CreatedAt, string Secret);

/// <summary>The new secret, which is shown only this once.</summary>
/// <param name="PreviousUntil">Until then every event has two signatures, one with each secret.</param>
public sealed record RotatedSecretResponse(string Secret, DateTime PreviousUntil);

/// <summary>All endpoints, oldest first.</summary>
public sealed record WebhookEndpointList(IReadOnlyList<WebhookEndpointResponse> Endpoints);
