using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace PaymentFlow.Web.Security;

/// <summary>
/// Redirects other spellings of an address to the one that its cookie is for. Routing ignores case and accepts an id in several formats,
/// but browsers compare a cookie's path letter by letter. Without the redirect, a customer at <c>/Orders/…</c> is a stranger to their own
/// order.
/// </summary>
static class CanonicalAddresses
{
    // The first segments of pages whose cookies have a path.
    static readonly string[] Sections = ["orders", "operator"];

    /// <summary>Must come after routing, and before authentication asks for the cookie.</summary>
    public static void UseCanonicalAddresses(this WebApplication app) => app.Use((context, next) =>
    {
        if ((HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            && (context.GetEndpoint() as RouteEndpoint)?.RoutePattern is { } pattern
            && PathOf(pattern, context.Request.RouteValues) is { } path
            && SentPathOf(context) is { } sent && sent != path)
        {
            context.Response.Redirect(path + context.Request.QueryString, permanent: true);
            return Task.CompletedTask;
        }
        return next(context);
    });

    /// <summary>The path as our own links write it. Null if the page is in no section, or has a parameter that is no id.</summary>
    internal static string? PathOf(RoutePattern pattern, RouteValueDictionary values)
    {
        List<string> segments = [];
        foreach (var segment in pattern.PathSegments)
        {
            switch (segment.Parts)
            {
                case [RoutePatternLiteralPart literal]:
                    segments.Add(literal.Content);
                    break;
                case [RoutePatternParameterPart id] when Guid.TryParse(values[id.Name]?.ToString(), out var value):
                    segments.Add(value.ToString());
                    break;
                default:
                    return null;
            }
        }
        return segments is [var section, ..] && Sections.Contains(section) ? $"/{string.Join('/', segments)}" : null;
    }

    /// <summary>
    /// The path as the browser sent it, with its escapes. Null after an internal redirect, such as to the error page, and for a request
    /// that names no path of its own.
    /// </summary>
    static string? SentPathOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return target is ['/', ..] ? target.Split('?', 2)[0] : null;
    }
}
