using PaymentFlow.Messaging.Events;
using Stripe;
using EventTypes = PaymentFlow.Messaging.Events.EventTypes;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Where Stripe's news takes a payment. Pure: the same news always leads to the same place.</summary>
/// <param name="Status">The payment's next status.</param>
/// <param name="EventType">The event that tells the world, or null for a step that only the payer needs to know of.</param>
/// <param name="Code">Stripe's error code, where the attempt failed.</param>
/// <param name="DeclineCode">The issuer's reason, where it gave one.</param>
public sealed record PaymentTransition(string Status, string? EventType, string? Code = null, string? DeclineCode = null)
{
    public static PaymentTransition Canceled { get; } = new(PaymentStatuses.Canceled, EventTypes.PaymentCanceled);

    /// <summary>What is refunded afterwards, in the currency's minor unit; null to leave it.</summary>
    public long? AmountRefunded { get; init; }

    /// <summary>Whether this is the outcome of the payment's attempt; refunds and disputes come long after it.</summary>
    public bool SettlesAttempt { get; init; } = true;

    /// <summary>
    /// Null when the PaymentIntent has no news: it was never confirmed, or the payment is there already, or past it.
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
    /// What Stripe has refunded of a paid payment, all refunds together. It goes down again when a refund fails. Null when
    /// there is no news in it, or the payment is not paid.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than was charged.</exception>
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

    /// <summary>A dispute was opened or moved on: the payment's own status stays.</summary>
    public static PaymentTransition Disputed(Payment payment) =>
        new(payment.Status, EventTypes.PaymentDisputed) { SettlesAttempt = false };
}
