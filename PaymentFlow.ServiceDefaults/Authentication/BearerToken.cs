using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults.Authentication;

/// <summary>
/// A customer's proof of the right to one order: its client secret in <c>Authorization: Bearer …</c> (RFC 6750). A handler may have it as
/// a parameter; null then means that the request has none or a malformed one.
/// </summary>
public sealed class BearerToken
{
    const int MaxLength = 512;

    BearerToken(string value) => Value = value;

    /// <summary>The secret. Never logged.</summary>
    public string Value { get; }

    /// <summary>Gives the framework the token for a handler's parameter.</summary>
    public static ValueTask<BearerToken?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(Of(context.Request) is { } token ? new BearerToken(token) : null);

    /// <summary>The token; null when the request has none or a malformed one.</summary>
    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && AuthenticationHeaderValue.TryParse(header, out var value)
        && value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && IsWellFormed(value.Parameter)
            ? value.Parameter
            : null;

    /// <summary>Whether the request has an <c>Authorization</c> header, well-formed or not.</summary>
    internal static bool IsOffered(HttpRequest request) => request.Headers.Authorization.Count > 0;

    /// <summary>Whether <paramref name="token"/> is a <c>b64token</c> (RFC 6750) of at most 512 characters.</summary>
    public static bool IsWellFormed([NotNullWhen(true)] string? token) =>
        token is { Length: > 0 and <= MaxLength }
        && token.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '=');
}
