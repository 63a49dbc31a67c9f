using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace PaymentFlow.Web.Shop;

/// <summary>Handles plain forms, so that the shop works without scripts.</summary>
static class BasketEndpoint
{
    public static void MapBasket(this IEndpointRouteBuilder app)
    {
        app.MapPost("/basket", Set);
        app.MapPost("/basket/fill", Fill);
    }

    /// <param name="quantity">The new quantity of the product.</param>
    /// <param name="returnTo">The page of this site to return to.</param>
    static StatusCodeHttpResult Set([FromForm] string productId, [FromForm] int quantity, [FromForm] string? returnTo, HttpContext context)
    {
        BasketCookie.Write(context, BasketCookie.Read(context).Set(productId, quantity));
        context.Response.Headers.Location = returnTo == "/checkout" ? "/checkout" : "/";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Adds the items of an earlier order to the basket and redirects to the checkout.</summary>
    /// <param name="lines">The output of <see cref="Basket.ToString"/>.</param>
    static StatusCodeHttpResult Fill([FromForm] string lines, HttpContext context)
    {
        BasketCookie.Write(context, Basket.Parse(lines).Lines.Aggregate(
            BasketCookie.Read(context), (basket, line) => basket.Set(line.ProductId, line.Quantity)));
        context.Response.Headers.Location = "/checkout";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
