using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.ServiceDefaults;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>The documented responses, one per outcome, each with a stable code.</summary>
static class PaymentAnswers
{
    public static ProblemHttpResult OrderNotFound() =>
        ApiProblem.Create("order_not_found", StatusCodes.Status404NotFound, "Not found", "There is no such order for this token.");

    public static ProblemHttpResult AlreadyPaid(Payment payment) =>
        ApiProblem.Conflict("already_paid", "The order is paid. Nothing was charged.", ("paymentId", payment.Id));

    public static ProblemHttpResult Canceled(Payment payment) =>
        ApiProblem.Conflict("order_canceled", "The order was canceled. Nothing was charged.", ("paymentId", payment.Id));

    public static ProblemHttpResult InFlight(Payment payment) =>
        ApiProblem.Conflict(
            "confirmation_in_flight", "Another payment of this order is being confirmed; its outcome will be pushed.",
            ("paymentId", payment.Id));

    public static ProblemHttpResult TooManyAttempts(Payment payment) =>
        ApiProblem.Create(
            "too_many_attempts", StatusCodes.Status429TooManyRequests, "Too many attempts",
            string.Create(CultureInfo.InvariantCulture, $"An order allows at most {Payment.MaxAttempts} attempts to pay."),
            ("paymentId", payment.Id));

    public static ProblemHttpResult Declined(Payment payment, string? code, string? declineCode) =>
        ApiProblem.Create(
            code ?? "card_declined", StatusCodes.Status402PaymentRequired, "The payment was declined",
            "Nothing was charged. Another payment method may work.", ("declineCode", declineCode), ("paymentId", payment.Id));

    public static ProblemHttpResult PaymentMethodRefused(Payment payment) =>
        ApiProblem.Create(
            "invalid_payment_method", StatusCodes.Status422UnprocessableEntity, "The request cannot be processed",
            "Stripe does not accept this payment method. Nothing was charged.", ("paymentId", payment.Id));

    /// <summary>
    /// Stripe accepts no payment of this order by any method. For example, the amount is below Stripe's minimum for the currency.
    /// </summary>
    public static ProblemHttpResult NotPayable(Payment payment) =>
        ApiProblem.Create(
            "not_payable", StatusCodes.Status422UnprocessableEntity, "The request cannot be processed",
            "Stripe does not accept a payment of this amount and currency. Nothing was charged.", ("paymentId", payment.Id));

    public static ProblemHttpResult KeyReused() =>
        ApiProblem.Unprocessable("idempotency_key_reused", "This Idempotency-Key was used for this order with another body.");

    /// <summary>
    /// Sent only when this request did not ask Stripe to charge, so that the caller may try again (see <see cref="RetryAfter"/>). The
    /// response says nothing about an earlier request with the same Idempotency-Key.
    /// </summary>
    public static ProblemHttpResult Unavailable(string code, string detail) =>
        ApiProblem.Create(
            code, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
            $"{detail} This request charged nothing; try again shortly.");

    public static NextAction NextActionOf(PaymentIntent intent) =>
        intent.NextAction is { Type: "redirect_to_url", RedirectToUrl.Url: { } url }
            ? new NextAction("redirect", new Uri(url), intent.ClientSecret)
            : new NextAction("use_stripe_sdk", null, intent.ClientSecret);
}
