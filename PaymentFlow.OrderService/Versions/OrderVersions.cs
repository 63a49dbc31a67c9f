using System.Text.Json.Serialization;

namespace PaymentFlow.OrderService.Versions;

/// <summary>How far an order has come.</summary>
/// <param name="PaymentVersion">The newest of its payment that is applied; 0 before the first.</param>
/// <param name="DeadLetteredPaymentVersion">The newest of its payment that waits in the dead letters.</param>
public sealed record OrderVersions(
    long Version,
    long PaymentVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? DeadLetteredPaymentVersion = null);
