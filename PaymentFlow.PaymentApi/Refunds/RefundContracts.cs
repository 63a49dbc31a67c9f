using System.Text.Json.Serialization;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Refunds;

/// <param name="Amount">In the currency's minor unit; absent, but not null, for the whole amount that is left.</param>
/// <param name="Reason"><c>duplicate</c>, <c>fraudulent</c> or <c>requested_by_customer</c>. Stripe gets it, too.</param>
public sealed record RefundRequest(
    [property: JsonConverter(typeof(OptionalInt64Converter))] long? Amount = null, string? Reason = null);

/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Status"><c>pending</c> (also while Stripe's answer is not known yet), <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Reason">The reason that was given with the request; absent if there was none.</param>
/// <param name="Code">Why Stripe did not refund, if the refund failed.</param>
public sealed record RefundResponse(
    Guid Id, Guid PaymentId, long Amount, string Currency, string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    DateTime CreatedAt)
{
    public static RefundResponse From(Refund refund, string currency) =>
        new(refund.Id, refund.PaymentId, refund.Amount, currency, refund.Status switch
        {
            RefundStatuses.Reserved => RefundStatuses.Pending,
            RefundStatuses.NotSent => RefundStatuses.Failed,
            var status => status,
        }, refund.Reason, refund.Code, refund.CreatedAt);
}
