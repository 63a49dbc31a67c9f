using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Versions;

/// <summary>How far an order has come.</summary>
/// <param name="PaymentVersion">The newest of its payment that is applied; 0 before the first.</param>
/// <param name="DeadLetteredPaymentVersions">Those of its payment that wait in the dead letters; null for none.</param>
public sealed record OrderVersions(
    long Version,
    long PaymentVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? DeadLetteredPaymentVersions = null);
