using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>For operators: lists events that could not be applied, and replays them after a fix.</summary>
static class DeadLettersEndpoints
{
    const int MaxLetters = 200;

    public static void AddDeadLetters(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DeadLetterQueue>();
        builder.AddDeadLetterPruning();
    }

    public static void MapDeadLetters(this IEndpointRouteBuilder app)
    {
        var letters = app.MapGroup("/dead-letters").RequireAuthorization(Roles.Operator).WithTags("Operators");
        letters.MapGet("/", ListAsync).WithSummary("Events that could not be applied and wait for an operator, oldest first")
            .WithDescription($"""
                `limit` is 1 to {MaxLetters}, 50 by default. `after` is `next` of the previous page. 400 `malformed_request`; 401
                `unauthorized`; 422 `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 422);
        letters.MapPost("/{id:guid}/replay", ReplayAsync).WithSummary("Apply a dead letter after its cause is fixed")
            .WithDescription("""
                The stored event is processed like a new one: the order changes, and its customer sees the change. An event that is older
                than the order's state changes nothing and also counts as replayed. 404 `not_found`; 409 `already_replayed`,
                `replay_in_progress`; 422 `replay_refused`: the event still cannot be applied and stays; the detail gives the reason.
                """)
            .ProducesProblems(401, 404, 409, 422, 503);
    }

    static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        DeadLetterQueue queue, CancellationToken cancellationToken, Guid? after = null, int limit = 50)
    {
        if (limit is < 1 or > MaxLetters)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxLetters}.");
        // Read one more to see whether there is a next page.
        var letters = await queue.WaitingAsync(after, limit + 1, cancellationToken);
        List<DeadLetterResponse> page = [.. letters.Take(limit).Select(DeadLetterResponse.From)];
        return TypedResults.Ok(new DeadLetterPage(page, letters.Count > limit ? page[^1].Id : null));
    }

    static async Task<Results<Ok<ReplayedResponse>, ProblemHttpResult>> ReplayAsync(
        Guid id, HttpContext context, DeadLetterQueue queue, OrderStore orders, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        var outcome = await queue.ReplayAsync(id, letter => actions.RecordAsync(
            new OperatorAction(OperatorIdentity.Of(context), "dead_letter.replay", letter.Id.ToString()), cancellationToken),
            cancellationToken);
        switch (outcome)
        {
            case ReplayOutcome.Replayed { At: var at, OrderId: var orderId }:
                var order = await orders.FindAsync(orderId, cancellationToken);
                return TypedResults.Ok(new ReplayedResponse(id, at, order is null ? null : OrderResponse.From(order)));
            case ReplayOutcome.ReplayedBefore { At: var at }:
                return ApiProblem.Conflict(
                    ProblemCodes.AlreadyReplayed, "The event was applied earlier. Nothing was changed now.", ("replayedAt", at));
            case ReplayOutcome.InProgress:
                return ApiProblem.Conflict(ProblemCodes.ReplayInProgress, "Another request is replaying this event. Check again shortly.");
            case ReplayOutcome.Refused { Reason: var reason }:
                return ApiProblem.Unprocessable(
                    ProblemCodes.ReplayRefused, $"The event still cannot be applied and stays a dead letter: {reason}");
            default:
                return ApiProblem.NotFound("There is no such dead letter.");
        }
    }
}
