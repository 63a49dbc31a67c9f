using System.Text.Json.Serialization;

namespace PaymentFlow.Contracts.DeliveryCheck;

/// <summary>The versions that an order has reached.</summary>
/// <param name="PaymentVersion">The newest payment version that was applied; 0 before the first.</param>
/// <param name="DeadLetteredPaymentVersions">The payment versions whose events are waiting dead letters; null for none.</param>
public sealed record OrderVersions(
    long Version,
    long PaymentVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? DeadLetteredPaymentVersions = null);
