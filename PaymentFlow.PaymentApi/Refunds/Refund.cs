using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>A row of <c>refunds</c>. Amounts are in the currency's minor unit, times in UTC.</summary>
public sealed record Refund
{
    public required Guid Id { get; init; }
    public required Guid PaymentId { get; init; }
    public required long Amount { get; init; }
    public long? RequestedAmount { get; init; }
    public required string Status { get; init; }
    /// <summary>One of <see cref="RefundReasons"/>, or null.</summary>
    public string? Reason { get; init; }
    public string? Code { get; init; }
    public string? StripeRefundId { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>Whether Stripe's answer is not stored yet. Stripe may have refunded.</summary>
    public bool Unknown => Status == RefundStatuses.Reserved;

    /// <summary>The refund's id is stored before the call, so that a repeat is the same request to Stripe.</summary>
    public StripeRefundRequest ToRequest(Payment payment) =>
        new(payment.ToReference(), payment.PaymentIntentId!, Amount, Reason, Id, $"refund-{Id}");
}

/// <summary>Stripe's reasons for a refund. Stripe chooses others itself, such as <c>expired_uncaptured_charge</c>.</summary>
/// <remarks>https://docs.stripe.com/api/refunds/create#create_refund-reason</remarks>
public static class RefundReasons
{
    public static IReadOnlyList<string> All { get; } = ["duplicate", "fraudulent", "requested_by_customer"];
}

/// <summary>The values of <c>refunds.status</c>.</summary>
public static class RefundStatuses
{
    public const string Reserved = "reserved";
    public const string NotSent = "not_sent";
    public const string Pending = "pending";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    static readonly string[] Order = [Reserved, NotSent, Pending, Succeeded, Failed];

    /// <summary>Whether a refund may change to the status: its status only goes forward, and a failure is final.</summary>
    public static bool IsForward(string from, string to) => Array.IndexOf(Order, from) < Array.IndexOf(Order, to);

    /// <summary>Maps Stripe's refund status to ours.</summary>
    /// <remarks>https://docs.stripe.com/api/refunds/object#refund_object-status</remarks>
    public static string FromStripe(string status) => status switch
    {
        "succeeded" => Succeeded,
        "failed" or "canceled" => Failed,
        _ => Pending,
    };
}
