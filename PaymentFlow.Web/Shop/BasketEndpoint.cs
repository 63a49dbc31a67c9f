using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;

namespace PaymentFlow.Web.Shop;

/// <summary>Handles plain forms, so that the shop works without scripts.</summary>
static class BasketEndpoint
{
    /// <summary>The shop with a message that the basket did not take the product.</summary>
    const string NotAdded = "/?problem=not_added";

    public static void MapBasket(this IEndpointRouteBuilder app)
    {
        app.MapPost("/basket", Set);
        app.MapPost("/basket/fill", Fill);
    }

    /// <param name="quantity">The new quantity of the product.</param>
    /// <param name="returnTo">The page of this site to return to.</param>
    static StatusCodeHttpResult Set([FromForm] string productId, [FromForm] int quantity, [FromForm] string? returnTo, HttpContext context)
    {
        var basket = BasketCookie.Read(context).Set(productId, quantity);
        BasketCookie.Write(context, basket);
        context.Response.Headers.Location = returnTo == "/checkout" ? "/checkout"
            : quantity > 0 && basket.QuantityOf(productId) == 0 ? NotAdded
            : "/";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Adds the items of an earlier order to the basket and redirects to the checkout.</summary>
    /// <param name="lines">The output of <see cref="Basket.ToString"/>.</param>
    static StatusCodeHttpResult Fill([FromForm] string lines, HttpContext context)
    {
        var added = Basket.Parse(lines).Lines;
        var basket = added.Aggregate(BasketCookie.Read(context), (filled, line) => filled.Set(line.ProductId, line.Quantity));
        BasketCookie.Write(context, basket);
        context.Response.Headers.Location = added.All(line => basket.QuantityOf(line.ProductId) > 0)
            ? "/checkout" : $"/checkout?problem={ProblemCodes.TooManyItems}";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
