using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults;

/// <summary>A customer's proof of the right to one order: its client secret in <c>Authorization: Bearer …</c> (RFC 6750).</summary>
public static class BearerToken
{
    /// <summary>The token, or null when the request brings none.</summary>
    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && AuthenticationHeaderValue.TryParse(header, out var value)
        && value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && value.Parameter is { Length: > 0 and <= 512 } token
            ? token
            : null;
}
