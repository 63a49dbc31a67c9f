using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;
using PaymentFlow.Web.Shop;

namespace PaymentFlow.Web.Checkout;

/// <summary>From basket to order: a plain form, a cookie with the order's secret, and on to the order's own page.</summary>
static class CheckoutEndpoint
{
    public const string RateLimit = "checkout";

    public static void MapCheckout(this IEndpointRouteBuilder app) => app.MapPost("/orders", CreateAsync).RequireRateLimiting(RateLimit);

    /// <summary>Where to go instead of the order, for a reason that the checkout page has words for.</summary>
    public static string Refusal(string code) => $"/checkout?problem={Uri.EscapeDataString(code)}";

    static async Task<StatusCodeHttpResult> CreateAsync(
        // Read as a form, it has the antiforgery token checked; everything else is in the basket.
        IFormCollection _, HttpContext context, OrderClient orders, OrderSecrets secrets, CancellationToken cancellationToken)
    {
        context.Response.Headers.Location = await OrderAsync(context, orders, secrets, cancellationToken);
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    static async Task<string> OrderAsync(HttpContext context, OrderClient orders, OrderSecrets secrets, CancellationToken cancellationToken)
    {
        try
        {
            var (order, problem) = await orders.CreateAsync(BasketCookie.Read(context).Lines, cancellationToken);
            if (order is null) return Refusal(problem!.Code);
            secrets.Keep(context, order.Id, order.ClientSecret);
            BasketCookie.Write(context, Basket.Empty);
            return $"/orders/{order.Id}";
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            return Refusal(Problem.Unreachable);
        }
    }
}
