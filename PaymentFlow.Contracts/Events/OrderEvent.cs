using System.Text.Json.Serialization;

namespace PaymentFlow.Contracts.Events;

/// <summary>The full state of an order at one version.</summary>
/// <param name="Version">Only increases. A consumer ignores an event whose version is not above the last one it has seen.</param>
/// <param name="PaymentId">Null until the first event of a payment is applied.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="AmountRefunded">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217, lower case.</param>
/// <param name="Reason">
/// Of <c>order.canceled</c>: <c>customer</c> or <c>operator</c> asked for it, or the order <c>expired</c>. Absent if PaymentApi canceled
/// the payment on its own.
/// </param>
/// <param name="Metadata">The merchant's own data of the order; absent if there is none.</param>
public sealed record OrderEvent(
    Guid OrderId,
    string Reference,
    long Version,
    string Status,
    Guid? PaymentId,
    long PaymentVersion,
    long Amount,
    long AmountRefunded,
    string Currency,
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>UUIDv5 of (order id, version).</summary>
    public Guid EventId => NameBasedGuid.Create(OrderId, Version);
}
