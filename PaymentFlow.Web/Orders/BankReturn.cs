namespace PaymentFlow.Web.Orders;

/// <summary>The URL to which 3-D Secure or a bank's page returns the customer.</summary>
static class BankReturn
{
    const string Cookie = "paymentflow.returned";

    public static void MapBankReturn(this IEndpointRouteBuilder app) =>
        app.MapGet("/orders/{id:guid}/return", (Guid id, HttpContext context) =>
    {
        // Stripe appends its client secret and a redirect_status, which can be forged. Both are dropped here, because PaymentApi gets the
        // outcome from Stripe. The cookie only marks that the customer returns from the bank.
        context.Response.Cookies.Append(Cookie, "1", OrderSecrets.Options(id, TimeSpan.FromMinutes(2)));
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.Location = $"/orders/{id}";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    });

    /// <summary>The absolute return URL for Stripe.</summary>
    public static string UrlOf(Guid orderId, string baseUri) => new Uri(new Uri(baseUri), $"orders/{orderId}/return").AbsoluteUri;

    /// <summary>Whether the customer has just returned from the bank. True only once per return.</summary>
    public static bool Take(HttpContext context, Guid orderId)
    {
        if (!context.Request.Cookies.ContainsKey(Cookie)) return false;
        context.Response.Cookies.Delete(Cookie, OrderSecrets.Options(orderId, TimeSpan.Zero));
        return true;
    }
}
