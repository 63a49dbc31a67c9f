using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.Journey;

/// <summary>A payment's current state and all its recorded steps, earliest first.</summary>
/// <param name="Amount">In the currency's minor unit, like <paramref name="AmountRefunded"/>.</param>
/// <param name="StripeUrl">The payment's page in Stripe's dashboard; absent with the sandbox.</param>
/// <param name="Method">The method of the last attempt, as far as Stripe has reported it.</param>
/// <param name="Refunds">Oldest first, with those that were made in Stripe's dashboard.</param>
public sealed record PaymentJourney(
    Guid PaymentId, Guid OrderId, string? Reference, string Status, long Version, long Amount, long AmountRefunded, string Currency,
    string? PaymentIntent, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? StripeUrl,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PaymentMethodSummary? Method,
    IReadOnlyList<RefundResponse> Refunds, IReadOnlyList<JourneyStep> Steps);
