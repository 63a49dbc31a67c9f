using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <param name="CheckoutUrl">The new link. Earlier links of the order no longer open anything.</param>
public sealed record CheckoutLinkResponse(string CheckoutUrl);

/// <param name="Token">Of a checkout link.</param>
public sealed record OpenCheckoutRequest(string Token);

/// <param name="Secret">Gives the rights of the order's client secret until the link ends. Only Web's cookie may have it.</param>
/// <param name="Locale">The language in which the merchant wants the page; null for the browser's.</param>
public sealed record CheckoutSession(Guid OrderId, string Secret, string? Locale);

/// <summary>For merchants: replaces an order's checkout link. Between services: exchanges the token of a link for a session.</summary>
static class CheckoutEndpoints
{
    public static void AddCheckout(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.ReadSettings<CheckoutOptions>("Checkout"));
        builder.Services.AddSingleton<CheckoutLinks>();
        builder.Services.AddSingleton<CheckoutRules>();
        builder.AddCustomerEmailPruning();
    }

    public static void MapCheckout(this IEndpointRouteBuilder app)
    {
        app.MapPost("/orders/{id:guid}/checkout-link", ReplaceAsync).WithTags("Orders").RequireAuthorization(Roles.Merchant)
            .WithSummary("Replace the checkout link of a merchant's order")
            .WithDescription("""
                Earlier links of the order, and the pages that they opened, no longer give access to it. Also makes the link of an order
                that has none. 401 `unauthorized`; 404 `not_found`; 409 `checkout_not_configured`: the setting `Checkout:BaseUrl` is
                missing.
                """)
            .ProducesProblems(401, 404, 409, 503);
        app.MapPost("/orders/checkout-sessions", OpenAsync).WithTags("Between services").RequireAuthorization(Roles.Service)
            .WithSummary("Exchange the token of a checkout link for the secret with which Web shows the order")
            .WithDescription("""
                Changes nothing and may be repeated as long as the link is valid. 404 `not_found`: the token is unknown, or its link was
                replaced or has ended.
                """)
            .ProducesProblems(400, 401, 404, 413, 415, 422, 503);
    }

    static async Task<Results<Ok<CheckoutLinkResponse>, ProblemHttpResult>> ReplaceAsync(
        Guid id, HttpContext context, OrderStore orders, CheckoutLinks links, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var token = CheckoutLinks.Create();
        if (links.UrlOf(token) is not { } url)
            return ApiProblem.Conflict(ProblemCodes.CheckoutNotConfigured, "The setting Checkout:BaseUrl, Web's address, is missing.");
        return await orders.ReplaceLinkAsync(id, ClientSecret.Hash(token), cancellationToken)
            ? TypedResults.Ok(new CheckoutLinkResponse(url))
            : ApiProblem.NotFound("There is no such order of a merchant.");
    }

    static async Task<Results<Ok<CheckoutSession>, ProblemHttpResult>> OpenAsync(
        OpenCheckoutRequest request, HttpContext context, OrderStore orders, CheckoutLinks links, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return await orders.FindByLinkAsync(ClientSecret.Hash(request.Token), cancellationToken) is { } order && links.IsOpen(order)
            ? TypedResults.Ok(new CheckoutSession(order.Id, links.SessionOf(order), order.Locale))
            : ApiProblem.NotFound("There is no such checkout link.");
    }
}
