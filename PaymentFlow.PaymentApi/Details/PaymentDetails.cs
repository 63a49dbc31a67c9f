using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;

namespace PaymentFlow.PaymentApi.Details;

/// <summary>A payment with its history, refunds and disputes.</summary>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="AmountRefunded">In the currency's minor unit.</param>
public sealed record PaymentDetails(
    Guid PaymentId, Guid OrderId, string? Reference, string Status, long Version, long Amount, long AmountRefunded,
    string Currency, string? PaymentIntent, IReadOnlyList<PaymentHistoryEntry> History, IReadOnlyList<RefundResponse> Refunds,
    IReadOnlyList<PaymentDispute> Disputes);
