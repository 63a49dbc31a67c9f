using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>The documented responses, one per outcome, each with a stable code.</summary>
static class PaymentResults
{
    public static ProblemHttpResult NoToken() => ApiProblem.Unauthorized("Send the order's client secret as Authorization: Bearer.");

    public static ProblemHttpResult OrderNotFound() =>
        ApiProblem.Create(ProblemCodes.OrderNotFound, StatusCodes.Status404NotFound, "Not found", "There is no such order for this token.");

    public static ProblemHttpResult AlreadyPaid(Payment payment) =>
        ApiProblem.Conflict(ProblemCodes.AlreadyPaid, "The order is paid. Nothing was charged.", ("paymentId", payment.Id));

    public static ProblemHttpResult Canceled(Payment payment) =>
        ApiProblem.Conflict(ProblemCodes.OrderCanceled, "The order was canceled. Nothing was charged.", ("paymentId", payment.Id));

    public static ProblemHttpResult InFlight(Payment payment) =>
        ApiProblem.Conflict(
            ProblemCodes.ConfirmationInFlight, "Another payment of this order is being confirmed; its outcome will be pushed.",
            ("paymentId", payment.Id));

    public static ProblemHttpResult TooManyAttempts(Payment payment) =>
        ApiProblem.Create(
            ProblemCodes.TooManyAttempts, StatusCodes.Status429TooManyRequests, "Too many attempts",
            string.Create(CultureInfo.InvariantCulture, $"An order allows at most {Payment.MaxAttempts} attempts to pay."),
            ("paymentId", payment.Id));

    public static ProblemHttpResult Declined(Payment payment, string? code, string? declineCode) =>
        ApiProblem.Create(
            code ?? ProblemCodes.CardDeclined, StatusCodes.Status402PaymentRequired, "The payment was declined",
            "Nothing was charged. Another payment method may work.", ("declineCode", declineCode), ("paymentId", payment.Id));

    public static ProblemHttpResult PaymentMethodRefused(Payment payment) =>
        ApiProblem.Create(
            ProblemCodes.InvalidPaymentMethod, StatusCodes.Status422UnprocessableEntity, "The request cannot be processed",
            "Stripe does not accept this payment method. Nothing was charged.", ("paymentId", payment.Id));

    /// <summary>
    /// Stripe accepts no payment of this order by any method. For example, the amount is below Stripe's minimum for the currency.
    /// </summary>
    public static ProblemHttpResult NotPayable(Payment payment) =>
        ApiProblem.Create(
            ProblemCodes.NotPayable, StatusCodes.Status422UnprocessableEntity, "The request cannot be processed",
            "Stripe does not accept a payment of this amount and currency. Nothing was charged.", ("paymentId", payment.Id));

    public static ProblemHttpResult KeyReused() =>
        ApiProblem.Unprocessable(ProblemCodes.IdempotencyKeyReused, "This Idempotency-Key was used for this order with another body.");

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
