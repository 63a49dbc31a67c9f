namespace PaymentFlow.Web.Orders;

/// <summary>Where 3-D Secure, or a bank's own page, brings the customer back to.</summary>
static class BankReturn
{
    const string Cookie = "paymentflow.returned";

    public static void MapBankReturn(this IEndpointRouteBuilder app) => app.MapGet("/orders/{id:guid}/return", (Guid id, HttpContext context) =>
    {
        // Stripe appends its client secret and a redirect_status that anybody could have typed: both are dropped here, and the
        // order's page learns the outcome from Stripe itself. The cookie only says that the customer has been to the bank.
        context.Response.Cookies.Append(Cookie, "1", OrderSecrets.Options(id, TimeSpan.FromMinutes(2)));
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.Location = $"/orders/{id}";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    });

    /// <summary>The absolute URL to give to Stripe.</summary>
    public static string UrlOf(Guid orderId, string baseUri) => new Uri(new Uri(baseUri), $"orders/{orderId}/return").AbsoluteUri;

    /// <summary>True once after each return.</summary>
    public static bool Take(HttpContext context, Guid orderId)
    {
        if (!context.Request.Cookies.ContainsKey(Cookie)) return false;
        context.Response.Cookies.Delete(Cookie, OrderSecrets.Options(orderId, TimeSpan.Zero));
        return true;
    }
}
