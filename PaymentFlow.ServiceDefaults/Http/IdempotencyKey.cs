using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>The header Idempotency-Key: one value of 1 to 255 printable ASCII characters without spaces.</summary>
public static class IdempotencyKey
{
    // Stripe's limit for its own idempotency keys.
    const int MaxLength = 255;

    /// <summary>Reads the header; <paramref name="key"/> is null when it is absent.</summary>
    /// <returns>The problem with the header; null when it is absent or valid.</returns>
    public static ProblemHttpResult? Read(HttpRequest request, out string? key)
    {
        var header = request.Headers[ApiHeaders.IdempotencyKey];
        key = header is [{ } value] ? value : null;
        return header.Count == 0 || (key is { Length: > 0 and <= MaxLength } && key.All(c => c is > ' ' and <= '~'))
            ? null
            : ApiProblem.Malformed("Idempotency-Key must be one value of 1 to 255 printable ASCII characters without spaces.");
    }
}
