using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>Selects the Stripe events that concern us and finds the PaymentIntent of each.</summary>
static class StripeEventFilter
{
    /// <summary>
    /// The event types that can change a payment. List Events is read for these types, and only webhooks of these types are stored. Any
    /// other type (<c>payment_intent.created</c>, <c>charge.succeeded</c>…) adds nothing to them.
    /// </summary>
    public static readonly IReadOnlySet<string> Types = new HashSet<string>
    {
        EventTypes.PaymentIntentSucceeded, EventTypes.PaymentIntentPaymentFailed, EventTypes.PaymentIntentCanceled,
        EventTypes.PaymentIntentProcessing, EventTypes.PaymentIntentRequiresAction,
        EventTypes.ChargeRefunded, EventTypes.RefundCreated, EventTypes.RefundUpdated, EventTypes.RefundFailed,
        EventTypes.ChargeDisputeCreated, EventTypes.ChargeDisputeUpdated, EventTypes.ChargeDisputeClosed,
    };

    /// <summary>The event's PaymentIntent, and whether its metadata shows that it is ours; null for any other object.</summary>
    public static (string IntentId, bool Ours)? Of(Event stripeEvent) => stripeEvent.Data?.Object switch
    {
        PaymentIntent intent => (intent.Id, intent.Metadata?.ContainsKey(Stripe.MetadataKeys.PaymentId) == true),
        Charge { PaymentIntentId: { } id } => (id, false),
        Refund { PaymentIntentId: { } id } => (id, false),
        Dispute { PaymentIntentId: { } id } => (id, false),
        _ => null,
    };

    public static bool IsOfRefund(string type) =>
        type.StartsWith("refund.", StringComparison.Ordinal) || type.StartsWith("charge.refund", StringComparison.Ordinal);

    public static bool IsOfDispute(string type) => type.StartsWith("charge.dispute.", StringComparison.Ordinal);
}
