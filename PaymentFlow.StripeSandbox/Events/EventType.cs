namespace PaymentFlow.StripeSandbox.Events;

/// <summary><see href="https://docs.stripe.com/api/events/types"/></summary>
static class EventType
{
    public const string Created = "payment_intent.created";
    public const string Succeeded = "payment_intent.succeeded";
    public const string Failed = "payment_intent.payment_failed";
    public const string RequiresAction = "payment_intent.requires_action";
    public const string Processing = "payment_intent.processing";
    public const string Canceled = "payment_intent.canceled";
    public const string ChargeSucceeded = "charge.succeeded";
    public const string ChargeFailed = "charge.failed";
    public const string ChargeRefunded = "charge.refunded";
    public const string ChargeRefundUpdated = "charge.refund.updated";
    public const string RefundCreated = "refund.created";
    public const string RefundUpdated = "refund.updated";
    public const string RefundFailed = "refund.failed";
    public const string DisputeCreated = "charge.dispute.created";
    public const string DisputeFundsWithdrawn = "charge.dispute.funds_withdrawn";
    public const string DisputeClosed = "charge.dispute.closed";
    public const string DisputeFundsReinstated = "charge.dispute.funds_reinstated";
}

/// <summary>
/// An event to create. <paramref name="Subject"/> is the id of the refund or dispute that it concerns, or null for the PaymentIntent or its
/// charge.
/// </summary>
readonly record struct Happening(string Type, string? Subject = null)
{
    public static implicit operator Happening(string type) => new(type);
}
