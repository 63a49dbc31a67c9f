using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Checks of a request before anything is read or written.</summary>
static partial class PaymentRequestRules
{
    // Stripe's limit for its own idempotency keys.
    const int MaxKeyLength = 255;

    public static ProblemHttpResult? Check(ProcessPaymentRequest request, AllowedOrigins origins) =>
        PaymentMethodId().IsMatch(request.PaymentMethod)
            ? Check(request.ReturnUrl, origins)
            : ApiProblem.Unprocessable(
                "invalid_payment_method", "paymentMethod must be the id of a Stripe payment method, pm_…. Card numbers are not accepted.");

    public static ProblemHttpResult? Check(string? returnUrl, AllowedOrigins origins) =>
        returnUrl is null || (Uri.TryCreate(returnUrl, UriKind.Absolute, out var url) && origins.Allows(url))
            ? null
            : ApiProblem.Unprocessable("invalid_return_url", "returnUrl must be an absolute URL of an origin in Clients:AllowedOrigins.");

    /// <summary>The Idempotency-Key header: one value of printable ASCII, at most 255 characters.</summary>
    public static ProblemHttpResult? Check(StringValues header, out string? key)
    {
        key = header is [{ } value] ? value : null;
        return header.Count == 0 || (key is { Length: > 0 and <= MaxKeyLength } && key.All(c => c is > ' ' and <= '~'))
            ? null
            : ApiProblem.Malformed("Idempotency-Key must be one value of 1 to 255 printable ASCII characters without spaces.");
    }

    [GeneratedRegex(@"^(pm|card|src)_[A-Za-z0-9_]{1,250}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PaymentMethodId();
}
