using PaymentFlow.Contracts.Events;
using Stripe;
using EventTypes = PaymentFlow.Contracts.Events.EventTypes;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>A payment's next state, computed from Stripe's. Pure: the same input always gives the same result.</summary>
/// <param name="Status">The payment's next status.</param>
/// <param name="EventType">The event to publish, or null for a step that concerns only the payer.</param>
/// <param name="Code">Stripe's error code, if the attempt failed.</param>
/// <param name="DeclineCode">The issuer's reason, if the issuer gave one.</param>
public sealed record PaymentTransition(string Status, string? EventType, string? Code = null, string? DeclineCode = null)
{
    public static PaymentTransition Canceled { get; } = new(PaymentStatuses.Canceled, EventTypes.PaymentCanceled);

    /// <summary>The total amount refunded afterwards, in the currency's minor unit; null leaves it unchanged.</summary>
    public long? AmountRefunded { get; init; }

    /// <summary>Whether this is the outcome of the payment's attempt. Refunds and disputes are not; they come long afterwards.</summary>
    public bool SettlesAttempt { get; init; } = true;

    /// <summary>
    /// Null when the PaymentIntent brings nothing new: it was never confirmed, or the payment is already in that state or past it.
    /// </summary>
    /// <remarks>PaymentIntent statuses: https://docs.stripe.com/payments/paymentintents/lifecycle</remarks>
    public static PaymentTransition? From(Payment payment, PaymentIntent intent)
    {
        if (payment.Paid || payment.Status == PaymentStatuses.Canceled) return null;
        PaymentTransition? next = intent.Status switch
        {
            "succeeded" => new(PaymentStatuses.Succeeded, EventTypes.PaymentSucceeded),
            "canceled" => Canceled,
            "requires_action" => new(PaymentStatuses.RequiresAction, null),
            "processing" or "requires_capture" => new(PaymentStatuses.Processing, null),
            "requires_payment_method" when intent.LastPaymentError is { } error =>
                new(PaymentStatuses.Failed, EventTypes.PaymentFailed, error.Code, error.DeclineCode),
            _ => null,
        };
        return next?.Status == payment.Status ? null : next;
    }

    /// <summary>
    /// The transition to the total that Stripe has refunded of a paid payment. The total decreases when a refund fails. Null when the
    /// total is unchanged or the payment is not paid.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The total is negative or more than was charged.</exception>
    public static PaymentTransition? Refunded(Payment payment, long amountRefunded)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amountRefunded);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amountRefunded, payment.Amount);
        if (!payment.Paid || payment.AmountRefunded == amountRefunded) return null;
        var status = amountRefunded == 0 ? PaymentStatuses.Succeeded
            : amountRefunded < payment.Amount ? PaymentStatuses.PartiallyRefunded
            : PaymentStatuses.Refunded;
        return new(status, EventTypes.PaymentRefunded) { AmountRefunded = amountRefunded, SettlesAttempt = false };
    }

    /// <summary>A dispute was opened or has changed. The payment's own status stays.</summary>
    public static PaymentTransition Disputed(Payment payment) =>
        new(payment.Status, EventTypes.PaymentDisputed) { SettlesAttempt = false };
}
