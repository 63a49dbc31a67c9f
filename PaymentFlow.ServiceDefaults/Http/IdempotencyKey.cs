using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>The header Idempotency-Key: one value of 1 to 255 printable ASCII characters without spaces.</summary>
public static class IdempotencyKey
{
    // Stripe's limit for its own idempotency keys.
    const int MaxLength = 255;

    /// <summary>Answers 400 if the header is malformed, so that a handler can take it as a parameter.</summary>
    public static TBuilder AcceptsIdempotencyKey<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter((invocation, next) =>
            Read(invocation.HttpContext.Request, out _) is { } malformed ? ValueTask.FromResult<object?>(malformed) : next(invocation));

    /// <summary>Reads the header; <paramref name="key"/> is null when it is absent.</summary>
    /// <returns>The problem with the header; null when it is absent or valid.</returns>
    public static ProblemHttpResult? Read(HttpRequest request, out string? key)
    {
        var header = request.Headers[RequestHeaders.IdempotencyKey];
        key = header is [{ } value] ? value : null;
        return header.Count == 0 || (key is { Length: > 0 and <= MaxLength } && key.All(c => c is > ' ' and <= '~'))
            ? null
            : ApiProblem.Malformed("Idempotency-Key must be one value of 1 to 255 printable ASCII characters without spaces.");
    }
}
