using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Checks of a request before anything is read or written.</summary>
static partial class PaymentRequestRules
{
    public static ProblemHttpResult? Check(ProcessPaymentRequest request, AllowedOrigins origins) =>
        PaymentMethodId().IsMatch(request.PaymentMethod)
            ? Check(request.ReturnUrl, origins)
            : ApiProblem.Unprocessable(
                ProblemCodes.InvalidPaymentMethod,
                "paymentMethod must be the id of a Stripe payment method, pm_…. Card numbers are not accepted.");

    public static ProblemHttpResult? Check(string? returnUrl, AllowedOrigins origins) =>
        // Uri accepts control characters, but Stripe and Postgres do not.
        returnUrl is null
            || (!returnUrl.Any(char.IsControl) && Uri.TryCreate(returnUrl, UriKind.Absolute, out var url) && origins.Allows(url))
            ? null
            : ApiProblem.Unprocessable(
                ProblemCodes.InvalidReturnUrl, "returnUrl must be an absolute URL of an origin in Clients:AllowedOrigins.");

    [GeneratedRegex(@"^(pm|card|src)_[A-Za-z0-9_]{1,250}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PaymentMethodId();
}
