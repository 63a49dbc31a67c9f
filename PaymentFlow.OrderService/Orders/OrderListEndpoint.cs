using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary><c>GET /orders</c>: the merchant's orders, newest first.</summary>
static class OrderListEndpoint
{
    const int MaxOrders = 100;

    public static void MapOrderList(this IEndpointRouteBuilder orders) => orders.MapGet("/", ListAsync)
        .RequireAuthorization(Roles.Merchant)
        .WithSummary("The merchant's orders, newest first")
        .WithDescription($"""
            All filters are optional and apply together: `reference` (exact), `status`, `from` and `to` (times; the orders created at or
            after `from` and before `to`). `limit` is 1 to {MaxOrders}, 20 by default. `next`, if it is not null, goes into `after` to get
            the next page. With a filter by status a page can have fewer orders than `limit`, or none, although more follow. The orders
            have no `clientSecret` and no `checkoutUrl`. The demo shop's orders are not listed, but found by their reference. 400
            `malformed_request`; 401 `unauthorized`; 422 `invalid_reference`, `invalid_filter`, `invalid_limit`.
            """)
        .ProducesProblems(400, 401, 422, 503);

    static async Task<Results<Ok<OrderPage>, ProblemHttpResult>> ListAsync(
        OrderStore store, CancellationToken cancellationToken, string? reference = null, string? status = null,
        DateTimeOffset? from = null, DateTimeOffset? to = null, Guid? after = null, int limit = 20)
    {
        if (reference is not null && !OrderRules.IsReference(reference)) return OrderRules.InvalidReference();
        if (status is not null && !OrderStatuses.All.Contains(status))
            return ApiProblem.Unprocessable(ProblemCodes.InvalidFilter, $"'status' must be one of {string.Join(", ", OrderStatuses.All)}.");
        if (from >= to) return ApiProblem.Unprocessable(ProblemCodes.InvalidFilter, "'from' must be before 'to'.");
        if (limit is < 1 or > MaxOrders)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxOrders}.");
        var (orders, next) = await store.ListAsync(new OrderFilter(reference, status, from, to), after, limit, cancellationToken);
        return TypedResults.Ok(new OrderPage([.. orders.Select(OrderResponse.ForMerchant)], next));
    }
}
