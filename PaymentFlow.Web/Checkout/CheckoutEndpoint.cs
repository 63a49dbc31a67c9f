using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Security;
using PaymentFlow.Web.Services;
using PaymentFlow.Web.Shop;

namespace PaymentFlow.Web.Checkout;

/// <summary>Creates the order from the basket, stores the order's secret in a cookie, and redirects to the order's page.</summary>
static class CheckoutEndpoint
{
    public static void AddCheckout(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PlacedOrders>();

    public static void MapCheckout(this IEndpointRouteBuilder app) =>
        app.MapPost("/orders", CreateAsync).RequireRateLimiting(RateLimitNames.Checkout);

    /// <summary>The URL of the checkout page with the reason why the order was not created.</summary>
    public static string Refusal(string code) => $"/checkout?problem={Uri.EscapeDataString(code)}";

    static async Task<StatusCodeHttpResult> CreateAsync(
        // The form parameter makes the framework check the antiforgery token. The order comes from the basket cookie.
        IFormCollection form, HttpContext context, OrderClient orders, PlacedOrders placed, OrderSecrets secrets)
    {
        context.Response.Headers.Location = await OrderAsync(form["key"], context, orders, placed, secrets);
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    static async Task<string> OrderAsync(
        string? key, HttpContext context, OrderClient orders, PlacedOrders placed, OrderSecrets secrets)
    {
        try
        {
            var basket = BasketCookie.Read(context);
            // No cancellation token: by a second click the browser drops the first request, and the second needs its answer.
            var (order, problem) = await placed.PlaceAsync(
                key, basket, idempotencyKey => orders.CreateAsync(basket.Lines, idempotencyKey, CancellationToken.None));
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
