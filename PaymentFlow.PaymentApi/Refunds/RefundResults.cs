using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>The documented refusals of a refund, each with a stable code.</summary>
static class RefundResults
{
    public static ProblemHttpResult NotPaid(Payment payment) =>
        ApiProblem.Conflict(ProblemCodes.NotPaid, "The order is not paid: there is nothing to refund.", ("paymentId", payment.Id));

    public static ProblemHttpResult AlreadyRefunded(Payment payment) =>
        ApiProblem.Conflict(ProblemCodes.AlreadyRefunded, "The whole amount is refunded or being refunded.", ("paymentId", payment.Id));

    public static ProblemHttpResult TooLarge(Payment payment, long left) =>
        ApiProblem.Create(
            ProblemCodes.RefundTooLarge, StatusCodes.Status422UnprocessableEntity, "The request cannot be processed",
            "The amount is more than is left of the payment.", ("paymentId", payment.Id), ("refundable", left));

    public static ProblemHttpResult InvalidForCurrency(Currency currency) =>
        ApiProblem.Unprocessable(
            ProblemCodes.AmountInvalidForCurrency,
            $"A refund in {currency.Code} must be a multiple of {currency.Step} (minor units). Nothing was refunded.");

    public static ProblemHttpResult KeyReused() =>
        ApiProblem.Unprocessable(ProblemCodes.IdempotencyKeyReused, "This Idempotency-Key was used for this payment with another body.");

    /// <summary>Stripe refused the refund. A repeated request gets the same response.</summary>
    public static ProblemHttpResult Refused(Refund refund) =>
        ApiProblem.Create(
            ProblemCodes.RefundRefused, StatusCodes.Status422UnprocessableEntity, "The request cannot be processed",
            "Stripe refused the refund; nothing was refunded.", ("stripeCode", refund.Code), ("paymentId", refund.PaymentId));

    public static ProblemHttpResult Unavailable(string code, string detail) =>
        ApiProblem.Create(
            code, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable", $"{detail} Nothing was refunded; try again shortly.");
}
