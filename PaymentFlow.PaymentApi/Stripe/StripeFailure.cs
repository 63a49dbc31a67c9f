using System.Net;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>What a failed call to Stripe means for the money.</summary>
public enum StripeFailure
{
    /// <summary>The outcome is not known: time-out, lost connection, a 5xx, the same key in flight. It may have charged.</summary>
    Unknown,

    /// <summary>The issuer, or the customer's bank, said no: a 402.</summary>
    Declined,

    /// <summary>The PaymentIntent is past what was asked for; its present state came with the answer.</summary>
    UnexpectedState,

    /// <summary>Stripe refused the request for what it says, and did nothing.</summary>
    Refused,

    /// <summary>Stripe refused the request for its rate, and did nothing.</summary>
    RateLimited,

    /// <summary>Our own key is wrong or lacks a permission; nothing was done.</summary>
    Unauthorized,

    /// <summary>No connection could be made: Stripe never heard of it.</summary>
    NotSent,
}

static class StripeFailures
{
    /// <summary>Whether a call to Stripe failed, rather than something of ours.</summary>
    public static bool IsFromStripe(Exception exception) =>
        exception is StripeException or HttpRequestException or OperationCanceledException or IOException;

    /// <param name="tries">All tries of the call: a refusal of the last one says nothing about an earlier one's money.</param>
    public static StripeFailure Classify(Exception exception, StripeTries tries) => Classify(exception) switch
    {
        StripeFailure.RateLimited or StripeFailure.Unauthorized or StripeFailure.Refused when tries.MayHaveArrived => StripeFailure.Unknown,
        StripeFailure.Unknown when exception is HttpRequestException && !tries.MayHaveArrived => StripeFailure.NotSent,
        var failure => failure,
    };

    /// <remarks>https://docs.stripe.com/api/errors</remarks>
    public static StripeFailure Classify(Exception exception) => exception switch
    {
        StripeException { HttpStatusCode: HttpStatusCode.TooManyRequests } => StripeFailure.RateLimited,
        StripeException { HttpStatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => StripeFailure.Unauthorized,
        StripeException { StripeError.Type: "card_error" } => StripeFailure.Declined,
        StripeException { StripeError: { Code: "payment_intent_unexpected_state", PaymentIntent: not null } } => StripeFailure.UnexpectedState,
        StripeException { HttpStatusCode: HttpStatusCode.BadRequest or HttpStatusCode.NotFound } => StripeFailure.Refused,
        _ => StripeFailure.Unknown,
    };
}
