using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Versions;

/// <summary>Between services: how far orders have come.</summary>
static class VersionsEndpoints
{
    const int MaxIds = 1_000;

    public static void AddVersions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OrderVersionStore>();
        builder.Services.AddSingleton<IOrderStates>(services => services.GetRequiredService<OrderVersionStore>());
    }

    public static void MapVersions(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").WithTags("Between services").RequireAuthorization(Roles.Service);
        orders.MapPost("/versions", VersionsAsync)
            .WithSummary("How far these orders have come")
            .WithDescription("Orders that do not exist are left out. `deadLetteredPaymentVersions` only where events wait for an operator.")
            .ProducesProblem(401).ProducesProblem(422);
        orders.MapPost("/newer", NewerAsync)
            .WithSummary("Which of these orders, given with the version that somebody has seen, are newer, and how they are")
            .WithDescription("`{ id: version }`. The answer has the same states as the topic `orders`.")
            .ProducesProblem(401).ProducesProblem(422);
    }

    static async Task<Results<Ok<Dictionary<Guid, OrderVersions>>, ProblemHttpResult>> VersionsAsync(
        Guid[] ids, OrderVersionStore store, CancellationToken cancellationToken) =>
        ids.Length > MaxIds ? TooMany() : TypedResults.Ok(await store.VersionsAsync(ids, cancellationToken));

    static async Task<Results<Ok<IReadOnlyList<OrderEvent>>, ProblemHttpResult>> NewerAsync(
        Dictionary<Guid, long> seen, OrderVersionStore store, CancellationToken cancellationToken) =>
        seen.Count > MaxIds ? TooMany() : TypedResults.Ok(await store.NewerAsync(seen, cancellationToken));

    static ProblemHttpResult TooMany() => ApiProblem.Unprocessable("too_many_ids", $"Ask about at most {MaxIds} orders at once.");
}
