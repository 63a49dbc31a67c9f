using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.AppliedVersions;

/// <summary>Between services: the versions that orders have reached.</summary>
static class VersionsEndpoints
{
    const int MaxIds = 1_000;

    public static void AddVersions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OrderVersionStore>();
        builder.Services.AddSingleton<IOrderStateReader>(services => services.GetRequiredService<OrderVersionStore>());
    }

    public static void MapVersions(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").WithTags("Between services").RequireAuthorization(Roles.Service);
        orders.MapPost("/versions", VersionsAsync)
            .WithSummary("The versions that these orders have reached")
            .WithDescription("""
                Unknown orders are left out. `deadLetteredPaymentVersions` is present only if signed events wait for an operator.
                """)
            .ProducesProblems(400, 401, 413, 415, 422);
        orders.MapGet("/changes", ChangesAsync)
            .WithSummary("The orders that payments changed, in the order of the changes")
            .WithDescription($"""
                PaymentApi compares them with their payments. `after` is `next` of the previous answer, 0 for the first. `limit` is the
                number of changes to look at, 1 to {MaxIds}, 500 by default. Changes younger than `minAge` seconds (30) come in a later
                answer. 422 `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 422);
        orders.MapPost("/newer", NewerAsync)
            .WithSummary("The present state of those orders that are newer than the given version")
            .WithDescription("Send `{ id: version }`. The answer has the same format as the events of topic `orders`.")
            .ProducesProblems(400, 401, 413, 415, 422);
    }

    static async Task<Results<Ok<Dictionary<Guid, OrderVersions>>, ProblemHttpResult>> VersionsAsync(
        Guid[] ids, OrderVersionStore store, CancellationToken cancellationToken) =>
        ids.Length > MaxIds ? TooMany() : TypedResults.Ok(await store.VersionsAsync(ids, cancellationToken));

    static async Task<Results<Ok<OrderChanges>, ProblemHttpResult>> ChangesAsync(
        OrderVersionStore store, CancellationToken cancellationToken, long after = 0, int limit = 500, int minAge = 30) =>
        limit is < 1 or > MaxIds
            ? ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxIds}.")
            : TypedResults.Ok(await store.ChangesAsync(after, limit, TimeSpan.FromSeconds(Math.Max(0, minAge)), cancellationToken));

    static async Task<Results<Ok<IReadOnlyList<OrderEvent>>, ProblemHttpResult>> NewerAsync(
        Dictionary<Guid, long> seen, OrderVersionStore store, CancellationToken cancellationToken) =>
        seen.Count > MaxIds ? TooMany() : TypedResults.Ok(await store.NewerAsync(seen, cancellationToken));

    static ProblemHttpResult TooMany() => ApiProblem.Unprocessable(ProblemCodes.TooManyIds, $"Ask about at most {MaxIds} orders at once.");
}
