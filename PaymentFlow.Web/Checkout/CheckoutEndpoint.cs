using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Security;
using PaymentFlow.Web.Services;
using PaymentFlow.Web.Shop;

namespace PaymentFlow.Web.Checkout;

/// <summary>Creates the order from the basket, stores the order's secret in a cookie, and redirects to the order's page.</summary>
static class CheckoutEndpoint
{

    public static void MapCheckout(this IEndpointRouteBuilder app) =>
        app.MapPost("/orders", CreateAsync).RequireRateLimiting(RateLimitNames.Checkout);

    /// <summary>The URL of the checkout page with the reason why the order was not created.</summary>
    public static string Refusal(string code) => $"/checkout?problem={Uri.EscapeDataString(code)}";

    static async Task<StatusCodeHttpResult> CreateAsync(
        // The form parameter makes the framework check the antiforgery token. The order comes from the basket cookie.
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
