using PaymentFlow.Contracts.Journey;

namespace PaymentFlow.PaymentApi.Journey;

/// <summary>A payment's current state and all its recorded steps, earliest first.</summary>
/// <param name="Amount">In the currency's minor unit, like <paramref name="AmountRefunded"/>.</param>
public sealed record PaymentJourney(
    Guid PaymentId, Guid OrderId, string? Reference, string Status, long Version, long Amount, long AmountRefunded, string Currency,
    string? PaymentIntent, IReadOnlyList<JourneyStep> Steps);
