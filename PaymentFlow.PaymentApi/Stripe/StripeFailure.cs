using System.Net;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>What a failed call to Stripe means, above all whether it may have moved money.</summary>
public enum StripeFailure
{
    /// <summary>The outcome is unknown (time-out, lost connection, a 5xx, the same key in flight). Stripe may have charged.</summary>
    Unknown,

    /// <summary>The issuer, or the customer's bank, declined (402).</summary>
    Declined,

    /// <summary>The PaymentIntent's state no longer allows the request. The answer contains its current state.</summary>
    UnexpectedState,

    /// <summary>Stripe refused the request's content and did nothing.</summary>
    Refused,

    /// <summary>Stripe refused the request because of the rate limit and did nothing.</summary>
    RateLimited,

    /// <summary>Our own key is wrong or lacks a permission. Stripe did nothing.</summary>
    Unauthorized,

    /// <summary>No connection could be made, so Stripe received nothing.</summary>
    NotSent,
}

/// <summary>A call that may move money has failed.</summary>
/// <param name="failure">What that means, considering all tries of the call.</param>
public sealed class StripeCallException(StripeFailure failure, Exception inner) : Exception(inner.Message, inner)
{
    public StripeFailure Failure => failure;

    /// <summary>Stripe's code; null if Stripe did not answer.</summary>
    public string? Code => (InnerException as StripeException)?.StripeError?.Code;

    /// <summary>The PaymentIntent that Stripe sent with its refusal.</summary>
    public PaymentIntent? Intent => (InnerException as StripeException)?.StripeError?.PaymentIntent;
}

static class StripeFailures
{
    /// <summary>Whether the exception comes from a call to Stripe and not from our own code.</summary>
    public static bool IsFromStripe(Exception exception) =>
        exception is StripeException or HttpRequestException or OperationCanceledException or IOException;

    /// <param name="mayHaveArrived">
    /// Whether a try of the call may have reached Stripe. If the last try was refused, an earlier try may still have charged.
    /// </param>
    public static StripeFailure Classify(Exception exception, bool mayHaveArrived) => Classify(exception) switch
    {
        StripeFailure.RateLimited or StripeFailure.Unauthorized or StripeFailure.Refused when mayHaveArrived => StripeFailure.Unknown,
        StripeFailure.Unknown when exception is HttpRequestException && !mayHaveArrived => StripeFailure.NotSent,
        var failure => failure,
    };

    /// <remarks>https://docs.stripe.com/api/errors</remarks>
    public static StripeFailure Classify(Exception exception) => exception switch
    {
        StripeException { HttpStatusCode: HttpStatusCode.TooManyRequests } => StripeFailure.RateLimited,
        StripeException { HttpStatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => StripeFailure.Unauthorized,
        StripeException { StripeError.Type: "card_error" } => StripeFailure.Declined,
        StripeException { StripeError: { Code: "payment_intent_unexpected_state", PaymentIntent: not null } } =>
            StripeFailure.UnexpectedState,
        StripeException { HttpStatusCode: HttpStatusCode.BadRequest or HttpStatusCode.NotFound } => StripeFailure.Refused,
        _ => StripeFailure.Unknown,
    };
}
