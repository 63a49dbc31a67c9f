using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>Selects the Stripe events that concern us and finds the PaymentIntent of each.</summary>
static partial class StripeEventFilter
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

    /// <summary>Whether the text has the form of an id or a type of Stripe's, so that it can be stored, looked up and logged.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) => text is not null && Name().IsMatch(text);

    // Stripe's ids have at most 255 characters: https://docs.stripe.com/upgrades
    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
