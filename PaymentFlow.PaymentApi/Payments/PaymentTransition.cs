using System.Diagnostics;
using System.Text.Json;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;
using EventTypes = PaymentFlow.Contracts.Events.EventTypes;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// A payment's next state, computed from Stripe's, and the event that tells it. Pure: the same input always gives the same result.
/// </summary>
/// <param name="Status">The payment's next status.</param>
/// <param name="EventType">The event to publish, or null for a step that concerns only the payer.</param>
/// <param name="Code">Stripe's error code, if the attempt failed.</param>
/// <param name="DeclineCode">The issuer's reason, if the issuer gave one.</param>
public sealed record PaymentTransition(string Status, string? EventType, string? Code = null, string? DeclineCode = null)
{
    const string EventSource = "/payment-api";

    public static PaymentTransition Canceled { get; } = new(PaymentStatuses.Canceled, EventTypes.PaymentCanceled);

    /// <summary>The total amount refunded afterwards, in the currency's minor unit; null leaves it unchanged.</summary>
    public long? AmountRefunded { get; init; }

    /// <summary>The method with which the attempt was made; null if it is not known, or known from before.</summary>
    public PaymentMethodSummary? Method { get; init; }

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
        return next is null || next.Status == payment.Status ? null : next with { Method = PaymentMethodSummary.Of(intent) };
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

    /// <summary>The payment after this transition, at the next version.</summary>
    public Payment ApplyTo(Payment payment, DateTimeOffset at) => payment with
    {
        Status = Status,
        AmountRefunded = AmountRefunded ?? payment.AmountRefunded,
        Version = payment.Version + 1,
        UpdatedAt = at.UtcDateTime,
    };

    /// <summary>The event's data: the payment's full state.</summary>
    public static PaymentEvent StateOf(Payment moved) => new(
        moved.Id, moved.OrderId, moved.Reference, moved.Version, moved.Status, moved.Amount, moved.AmountRefunded, moved.Currency);

    /// <summary>The event of the payment after this transition. Its type is empty if the transition has none.</summary>
    public CloudEvent EventOf(Payment moved, DateTimeOffset at)
    {
        var state = StateOf(moved);
        return new CloudEvent(
            state.EventId, EventType ?? "", EventSource, at, moved.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Default.PaymentEvent), Activity.Current?.Id);
    }
}
