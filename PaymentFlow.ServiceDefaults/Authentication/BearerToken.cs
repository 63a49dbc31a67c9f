using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults;

/// <summary>A customer's proof of the right to one order: its client secret in <c>Authorization: Bearer …</c> (RFC 6750).</summary>
public static class BearerToken
{
    const int MaxLength = 512;

    /// <summary>The token, or null when the request brings none, or something that can be none.</summary>
    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && AuthenticationHeaderValue.TryParse(header, out var value)
        && value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && IsWellFormed(value.Parameter)
            ? value.Parameter
            : null;

    /// <summary>
    /// Whether the request claims a customer's right, however badly. Then no key of a service's beside it may stand in for the
    /// token: the service only passes on what it was given.
    /// </summary>
    public static bool IsOffered(HttpRequest request) => request.Headers.Authorization.Count > 0;

    /// <summary>Whether it can be a token, and be sent as one: the grammar's <c>b64token</c>, of a sensible length.</summary>
    public static bool IsWellFormed([NotNullWhen(true)] string? token) =>
        token is { Length: > 0 and <= MaxLength }
        && token.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '=');
}
