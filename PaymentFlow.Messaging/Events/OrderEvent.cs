using System.Text.Json.Serialization;

namespace PaymentFlow.Messaging.Events;

/// <summary>The full state of an order at one version.</summary>
/// <param name="Reference">Null only on its way to the statement that applies a change: that appends the row's own, so null is left out.</param>
/// <param name="Version">Only goes up; whoever has seen a version drops that one and all below.</param>
/// <param name="PaymentId">Null until a payment has told of itself.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="AmountRefunded">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217, lower case.</param>
public sealed record OrderEvent(
    Guid OrderId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reference,
    long Version,
    string Status,
    Guid? PaymentId,
    long PaymentVersion,
    long Amount,
    long AmountRefunded,
    string Currency,
    DateTimeOffset UpdatedAt)
{
    /// <summary>UUIDv5 of (order id, version).</summary>
    public Guid EventId => NameBasedGuid.Create(OrderId, Version);
}
