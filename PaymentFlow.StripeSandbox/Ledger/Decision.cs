using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>The result of an operation on a PaymentIntent: the next state, the answer, and the events.</summary>
sealed record Decision(PaymentIntent Intent, params IReadOnlyList<Happening> Events)
{
    /// <summary>The id of the refund or dispute in the answer. Null for the PaymentIntent, empty for an error alone.</summary>
    public string? Subject { get; init; }

    public StripeError? Error { get; init; }

    /// <summary>True when <see cref="PaymentIntent.LatestCharge"/> is new and its money moved.</summary>
    public bool Charged { get; init; }

    public static Decision Refused(PaymentIntent intent, StripeError error) => new(intent) { Error = error };
}
