using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Checkout;
using PaymentFlow.Web.Components;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// How a shop of somebody's own sends its customer here to pay: its page posts a form with <c>clientSecret</c>, which so stays out
/// of every URL. Another site's form is the very purpose, so there is no antiforgery token; the secret is what proves the right.
/// </summary>
static class OrderHandover
{
    public static void MapOrderHandover(this IEndpointRouteBuilder app) =>
        app.MapPost("/orders/{id:guid}/open", OpenAsync).DisableAntiforgery().RequireRateLimiting(CheckoutEndpoint.RateLimit);

    static async Task<StatusCodeHttpResult> OpenAsync(
        Guid id, [FromForm] string clientSecret, HttpContext context, OrderClient orders, OrderSecrets secrets, CancellationToken cancellationToken)
    {
        try
        {
            // A wrong secret must not push out a right one; the page then says that it does not know the order.
            if (BearerToken.IsWellFormed(clientSecret) && await orders.FindAsync(id, clientSecret, cancellationToken) is not null) secrets.Keep(context, id, clientSecret);
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
