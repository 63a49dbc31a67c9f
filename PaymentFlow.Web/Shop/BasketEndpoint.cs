using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace PaymentFlow.Web.Shop;

/// <summary>Plain forms, so that the shop works before, and without, any script.</summary>
static class BasketEndpoint
{
    public static void MapBasket(this IEndpointRouteBuilder app)
    {
        app.MapPost("/basket", Set);
        app.MapPost("/basket/fill", Fill);
    }

    /// <param name="quantity">How many of the product there are to be.</param>
    /// <param name="returnTo">The page to go back to, of this site.</param>
    static StatusCodeHttpResult Set([FromForm] string productId, [FromForm] int quantity, [FromForm] string? returnTo, HttpContext context)
    {
        BasketCookie.Write(context, BasketCookie.Read(context).Set(productId, quantity));
        context.Response.Headers.Location = returnTo == "/checkout" ? "/checkout" : "/";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Puts an earlier order's things into the basket, beside what is there, and goes on to the checkout.</summary>
    /// <param name="lines">As <see cref="Basket.ToString"/> writes them.</param>
    static StatusCodeHttpResult Fill([FromForm] string lines, HttpContext context)
    {
        BasketCookie.Write(context, Basket.Parse(lines).Lines.Aggregate(
            BasketCookie.Read(context), (basket, line) => basket.Set(line.ProductId, line.Quantity)));
        context.Response.Headers.Location = "/checkout";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
