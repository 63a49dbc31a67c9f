using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Languages;
using PaymentFlow.Web.Security;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Opens the checkout link of a merchant's order, which may come from an e-mail. The token in it is exchanged for a cookie at once, and the
/// browser goes on to the order's page, whose address is clean. Opening a link changes nothing else, however often and by whomever it is
/// done: mail scanners do it, too. The token is in the query, because traces and the scopes of logs show paths but no values of queries.
/// </summary>
static class CheckoutLink
{
    public const string Path = "/checkout/open";

    /// <summary>The page that says why a link does not open an order.</summary>
    const string Page = "/checkout/link";

    public static void MapCheckoutLink(this IEndpointRouteBuilder app) =>
        app.MapGet(Path, OpenAsync).RequireRateLimiting(RateLimitNames.CheckoutLink);

    public static string Refusal(string code) => $"{Page}?problem={Uri.EscapeDataString(code)}";

    static async Task<StatusCodeHttpResult> OpenAsync(
        string? token, HttpContext context, OrderClient orders, OrderSecrets secrets, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.Location = await LocationAsync(token, context, orders, secrets, cancellationToken);
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    static async Task<string> LocationAsync(
        string? token, HttpContext context, OrderClient orders, OrderSecrets secrets, CancellationToken cancellationToken)
    {
        try
        {
            if (!BearerToken.IsWellFormed(token) || await orders.OpenLinkAsync(token, cancellationToken) is not { } session) return Page;
            secrets.Keep(context, session.OrderId, session.Secret);
            SiteLanguages.Suggest(context, session.Locale);
            return $"/orders/{session.OrderId}";
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            return Refusal(Problem.Unreachable);
        }
    }
}
