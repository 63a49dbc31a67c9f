using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Web.Components;
using PaymentFlow.Web.Languages;
using PaymentFlow.Web.Security;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Lets another shop send its customer here to pay. The shop's page posts a form with <c>clientSecret</c>, so that the secret is in no URL.
/// The form comes from another site, so it has no antiforgery token. The secret authorizes the request.
/// </summary>
static class OrderHandover
{
    public static void MapOrderHandover(this IEndpointRouteBuilder app) =>
        app.MapPost("/orders/{id:guid}/open", OpenAsync).DisableAntiforgery().RequireRateLimiting(RateLimitNames.Checkout);

    static async Task<StatusCodeHttpResult> OpenAsync(
        Guid id, [FromForm] string clientSecret, HttpContext context, OrderClient orders, OrderSecrets secrets,
        CancellationToken cancellationToken)
    {
        try
        {
            // A wrong secret must not replace a correct one. Without a correct secret the page says that the order is unknown.
            if (BearerToken.IsWellFormed(clientSecret) && await orders.FindAsync(id, clientSecret, cancellationToken) is { } order)
            {
                secrets.Keep(context, id, clientSecret);
                SiteLanguages.Suggest(context, order.Locale);
            }
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            context.Response.Headers.RetryAfter = ErrorPages.RetryAfterSeconds;
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
        context.Response.Headers.Location = $"/orders/{id}";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
