using PaymentFlow.Messaging.Events;
using Stripe;
using EventTypes = PaymentFlow.Messaging.Events.EventTypes;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Where a PaymentIntent's present state takes a payment. Pure: the same news always leads to the same place.</summary>
/// <param name="Status">The payment's next status.</param>
/// <param name="Code">Stripe's error code, where the attempt failed.</param>
/// <param name="DeclineCode">The issuer's reason, where it gave one.</param>
public sealed record PaymentTransition(string Status, string? Code = null, string? DeclineCode = null)
{
    /// <summary>
    /// Null when the PaymentIntent has no news: it was never confirmed, or the payment is there already, or past it.
    /// </summary>
    /// <remarks>PaymentIntent statuses: https://docs.stripe.com/payments/paymentintents/lifecycle</remarks>
    public static PaymentTransition? From(Payment payment, PaymentIntent intent)
    {
        if (payment.Paid || payment.Status == PaymentStatuses.Canceled) return null;
        PaymentTransition? next = intent.Status switch
        {
            "succeeded" => new(PaymentStatuses.Succeeded),
            "canceled" => new(PaymentStatuses.Canceled),
            "requires_action" => new(PaymentStatuses.RequiresAction),
            "processing" or "requires_capture" => new(PaymentStatuses.Processing),
            "requires_payment_method" when intent.LastPaymentError is { } error =>
                new(PaymentStatuses.Failed, error.Code, error.DeclineCode),
            _ => null,
        };
        return next?.Status == payment.Status ? null : next;
    }

    /// <summary>The event that tells the world, or null for a step on the way that only the payer needs to know of.</summary>
    public string? EventType => Status switch
    {
        PaymentStatuses.Succeeded => EventTypes.PaymentSucceeded,
        PaymentStatuses.Failed => EventTypes.PaymentFailed,
        PaymentStatuses.Canceled => EventTypes.PaymentCanceled,
        _ => null,
    };
}
