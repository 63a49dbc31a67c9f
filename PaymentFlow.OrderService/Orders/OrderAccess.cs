using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// Decides access to an order. The holder of the order's client secret has access, and so has Web for a customer who came by the order's
/// checkout link (<see cref="CheckoutLinks"/>). Without a token, operators, viewers and services have (see <see cref="KeyHolder"/>).
/// </summary>
sealed class OrderAccess(OrderStore store, CheckoutLinks links)
{
    /// <returns>
    /// The order, or the refusal: 401 without a well-formed token, 404 when the token or the id is wrong (the same answer for both).
    /// </returns>
    public async Task<(Order? Order, ProblemHttpResult? Refusal)> FindAsync(
        HttpContext context, Guid id, string? token, CancellationToken cancellationToken)
    {
        if (token is null ? !KeyHolder.Is(context, Roles.Viewer, Roles.Service) : !BearerToken.IsWellFormed(token))
            return (null, NoToken(context));

        var order = await store.FindAsync(id, cancellationToken);
        return order is not null && (token is null || ClientSecret.Matches(token, order.SecretHash) || links.IsSession(order, token))
            ? (order, null)
            : (null, ApiProblem.NotFound("There is no such order for this token."));
    }

    /// <summary>The answer to a request with neither a token nor a sufficient key.</summary>
    public static ProblemHttpResult NoToken(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiProblem.Unauthorized("Send the order's clientSecret as 'Authorization: Bearer …'.");
    }
}
