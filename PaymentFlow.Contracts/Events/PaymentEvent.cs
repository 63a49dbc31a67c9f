namespace PaymentFlow.Contracts.Events;

/// <summary>
/// The full state of a payment at one version. A consumer needs no earlier event and may ignore any older one.
/// </summary>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="AmountRefunded">In the currency's minor unit; never above <paramref name="Amount"/>.</param>
/// <param name="Currency">ISO 4217, lower case, as Stripe writes it.</param>
public sealed record PaymentEvent(
    Guid PaymentId,
    Guid OrderId,
    string? Reference,
    long PaymentVersion,
    string Status,
    long Amount,
    long AmountRefunded,
    string Currency)
{
    /// <summary>UUIDv5 of (payment id, version), so that the same fact always has the same id.</summary>
    public Guid EventId => NameBasedGuid.Create(PaymentId, PaymentVersion);
}
