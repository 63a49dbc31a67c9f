using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// Who may see an order: whoever holds its client secret. Where a token is given, be it none by its form, it alone decides, even
/// beside a service key, so that a service that passes its caller's token on cannot lend it more rights than it has. Without one:
/// operators and services.
/// </summary>
sealed class OrderAccess(OrderStore store)
{
    /// <returns>The order, or the refusal: 401 without a (well-formed) token, 404 when the token or the id is wrong (the two are not told apart).</returns>
    public async Task<(Order? Order, ProblemHttpResult? Refusal)> FindAsync(
        HttpContext context, Guid id, string? token, CancellationToken cancellationToken)
    {
        if (token is null && !context.User.IsInRole(Roles.Operator)
            && (BearerToken.IsOffered(context.Request) || !context.User.IsInRole(Roles.Service))) return (null, NoToken(context));

        var order = await store.FindAsync(id, cancellationToken);
        return order is not null && (token is null || ClientSecret.Matches(token, order.SecretHash))
            ? (order, null)
            : (null, ApiProblem.NotFound("There is no such order for this token."));
    }

    /// <summary>The answer to whoever brings neither a token nor a key that would do instead.</summary>
    public static ProblemHttpResult NoToken(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiProblem.Unauthorized("Send the order's clientSecret as 'Authorization: Bearer …'.");
    }
}
