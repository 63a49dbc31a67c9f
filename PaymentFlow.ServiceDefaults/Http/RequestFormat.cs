using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>Refuses a request that the framework or Postgres would fail on. Such a request is the caller's error, not ours.</summary>
public static class RequestFormat
{
    const string Utf8 = "utf-8";

    internal static void UseRequestFormat(this IApplicationBuilder app) => app.Use((context, next) =>
        (WrongQuery(context.Request) ?? WrongBody(context)) is { } problem ? problem.ExecuteAsync(context) : next(context));

    /// <summary>Whether the query contains NUL, which Postgres cannot store. In headers and paths Kestrel refuses it.</summary>
    public static bool HasNul(IQueryCollection query) =>
        query.Any(parameter => parameter.Key.Contains('\0') || parameter.Value.Any(value => value?.Contains('\0') == true));

    static ProblemHttpResult? WrongQuery(HttpRequest request) =>
        HasNul(request.Query) ? ApiProblem.Malformed("The query contains a NUL character.") : null;

    static ProblemHttpResult? WrongBody(HttpContext context)
    {
        // Only these endpoints have the framework read the body, as JSON.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is null) return null;
        if (IsCompressed(context.Request))
        {
            // RFC 9110, 12.5.3: a 415 for a content coding names those that are accepted.
            context.Response.Headers.AcceptEncoding = "identity";
            return ApiProblem.ForStatus(StatusCodes.Status415UnsupportedMediaType);
        }
        return TryUnderstandCharset(context.Request) ? null : ApiProblem.ForStatus(StatusCodes.Status415UnsupportedMediaType);
    }

    static bool IsCompressed(HttpRequest request) => request.Headers.ContentEncoding.Any(
        coding => !string.IsNullOrWhiteSpace(coding) && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    /// <summary>Rewrites the charset to the name that the framework knows, because it fails on a quoted or unknown one.</summary>
    static bool TryUnderstandCharset(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || NameValueHeaderValue.Find(type.Parameters, "charset") is not { } charset) return true;
        if (NameOf(HeaderUtilities.UnescapeAsQuotedString(charset.Value).ToString()) is not { } name) return false;
        type.Charset = name;
        request.ContentType = type.ToString();
        return true;
    }

    static string? NameOf(string charset)
    {
        // A common misspelling, also a label of UTF-8 in the WHATWG's Encoding Standard.
        if (charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)) return Utf8;
        try
        {
            return Encoding.GetEncoding(charset).WebName;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // .NET does not know the charset, or, as with UTF-7, refuses to read it.
            return null;
        }
    }
}
