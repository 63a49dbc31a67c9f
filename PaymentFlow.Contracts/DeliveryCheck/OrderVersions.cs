using System.Text.Json.Serialization;

namespace PaymentFlow.Contracts.DeliveryCheck;

/// <summary>The versions that an order has reached, and what it says about its payment.</summary>
/// <param name="PaymentVersion">The newest payment version that was applied; 0 before the first.</param>
/// <param name="DeadLetteredPaymentVersions">The payment versions whose events are waiting dead letters; null for none.</param>
/// <param name="PaymentId">The payment whose event was applied; null before the first, and if the order's owner does not say.</param>
/// <param name="Status">The order's status; null if the order's owner does not say.</param>
public sealed record OrderVersions(
    long Version,
    long PaymentVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? DeadLetteredPaymentVersions = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? PaymentId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status = null);
