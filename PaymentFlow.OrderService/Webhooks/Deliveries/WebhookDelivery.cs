using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>An event of an order that endpoints may want.</summary>
/// <param name="Time">When the event happened, UTC.</param>
/// <param name="Data">The event's value, as it is in the topic.</param>
sealed record WebhookEvent(Guid Id, string Type, DateTimeOffset Time, Guid? OrderId, byte[] Data, string? TraceParent)
{
    /// <summary>An event of <c>orders</c>. Its key is the order's id.</summary>
    public static WebhookEvent Of(CloudEvent happened) => new(
        happened.Id, happened.Type, happened.Time, Guid.TryParse(happened.Key, out var orderId) ? orderId : null, happened.Data,
        happened.TraceParent);
}

/// <summary>A delivery that this replica may try until its claim ends.</summary>
/// <param name="Failures">How many tries have failed before. Decides the next wait.</param>
/// <param name="ClaimedUntil">Tells this claim from a later one.</param>
/// <param name="Secret">Encrypted, like <paramref name="PreviousSecret"/>, which is null unless the secret is being rotated.</param>
sealed record ClaimedDelivery(
    Guid Id, Guid EndpointId, Guid EventId, string Type, Guid? OrderId, byte[] Body, string? TraceParent, int Failures,
    DateTime ClaimedUntil, string Url, byte[] Secret, byte[]? PreviousSecret);

/// <summary>A row of <c>webhook_deliveries</c> with its last try, for people. Times are in UTC.</summary>
sealed record WebhookDelivery(
    Guid Id, Guid EndpointId, Guid EventId, string Type, Guid? OrderId, string State, int Tries, DateTime CreatedAt, DateTime NextAt,
    DateTime? LastAt, int? LastDurationMs, int? LastStatus, string? LastError, string? LastResponse);

/// <summary>The states of a delivery, as used in the API and the table.</summary>
static class DeliveryStates
{
    /// <summary>It waits for its first or next try, or for its endpoint to be enabled.</summary>
    public const string Pending = "pending";

    public const string Delivered = "delivered";

    /// <summary>All tries failed, or the endpoint was deleted.</summary>
    public const string Failed = "failed";

    public static IReadOnlyList<string> All { get; } = [Pending, Delivered, Failed];
}
