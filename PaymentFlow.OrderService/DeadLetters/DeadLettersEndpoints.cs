using System.Text.Json.Nodes;
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
    const int MaxFilterLength = 512;

    public static void AddDeadLetters(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.ReadSettings<DeadLetterOptions>("DeadLetters"));
        builder.Services.AddSingleton<DeadLetterQueue>();
        builder.Services.AddSingleton<BulkReplay>();
        builder.AddDeadLetterPruning();
    }

    public static void MapDeadLetters(this IEndpointRouteBuilder app)
    {
        var letters = app.MapGroup("/dead-letters").WithTags("Operators");
        letters.MapGet("/", ListAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("Events that could not be applied and wait for an operator, oldest first")
            .WithDescription($"""
                `order` is the id of one order, whose events are listed. `limit` is 1 to {MaxLetters}, 50 by default. `after` is `next` of
                the previous page. 400 `malformed_request`; 401 `unauthorized`; 422 `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 422);
        letters.MapPost("/{id:guid}/replay", ReplayAsync).RequireAuthorization(Roles.Operator)
            .WithSummary("Apply a dead letter after its cause is fixed")
            .WithDescription("""
                The stored event is processed like a new one: the order changes, and its customer sees the change. An event that is older
                than the order's state changes nothing and also counts as replayed. 403 `viewer_cannot_act`;
                404 `not_found`; 409 `already_replayed`, `replay_in_progress`; 422 `replay_refused`: the event still cannot be applied and
                stays; the detail gives the reason.
                """)
            .ProducesProblems(401, 403, 404, 409, 422, 503);
        letters.MapPost("/replay", ReplayManyAsync).RequireAuthorization(Roles.Operator)
            .WithSummary("Apply the dead letters that match a filter, after their cause is fixed")
            .WithDescription($"""
                Tries up to `limit` dead letters that match all given fields, oldest first and at a limited rate
                (`DeadLetters:ReplaysPerSecond`). `limit` is 1 to {MaxLetters}, {BulkReplayRequest.DefaultLimit} by default. `reason` is a
                part of the error. `{"{}"}` matches all. What still cannot be applied stays and is counted as `refused`. To go on, send the
                request again with `after`, the `next` of the answer. A repeated request applies nothing twice. 400 `malformed_request`;
                403 `viewer_cannot_act`; 409 `replay_in_progress`: another request is replaying in bulk; 422 `invalid_limit`,
                `invalid_filter`; 503 when the database is unavailable: what was replayed before stays replayed.
                """)
            .ProducesProblems(400, 401, 403, 409, 422, 503);
    }

    static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        DeadLetterQueue queue, CancellationToken cancellationToken, Guid? order = null, Guid? after = null, int limit = 50)
    {
        if (limit is < 1 or > MaxLetters)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxLetters}.");
        // Read one more to see whether there is a next page.
        var letters = await queue.WaitingAsync(order, after, limit + 1, cancellationToken);
        List<DeadLetterResponse> page = [.. letters.Take(limit).Select(DeadLetterResponse.From)];
        return TypedResults.Ok(new DeadLetterPage(page, letters.Count > limit ? page[^1].Id : null));
    }

    static async Task<Results<Ok<BulkReplayResponse>, ProblemHttpResult>> ReplayManyAsync(
        BulkReplayRequest filter, HttpContext context, BulkReplay bulk, OperatorActionStore actions, CancellationToken cancellationToken)
    {
        if (filter.Limit is < 1 or > MaxLetters)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxLetters}.");
        foreach (var text in (string?[])[filter.Reason, filter.Topic])
        {
            if (text is { Length: > MaxFilterLength } || text?.Contains('\0') == true)
                return ApiProblem.Unprocessable(
                    ProblemCodes.InvalidFilter, $"'reason' and 'topic' have at most {MaxFilterLength} characters, and no NUL.");
        }
        var actor = OperatorIdentity.Of(context);
        JsonObject details = new()
        {
            ["order"] = filter.Order,
            ["reason"] = filter.Reason,
            ["topic"] = filter.Topic,
            ["from"] = filter.From,
            ["to"] = filter.To,
            ["after"] = filter.After,
            ["limit"] = filter.Limit,
        };
        await actions.RecordAsync(
            new OperatorAction(actor, "dead_letters.replay", "dead-letters", details.ToJsonString()), cancellationToken);
        return await bulk.ReplayAsync(filter, RecordingBy(actor, actions, cancellationToken), cancellationToken) is { } answer
            ? TypedResults.Ok(answer)
            : ApiProblem.Conflict(ProblemCodes.ReplayInProgress, "Another request is replaying dead letters in bulk. Try again shortly.");
    }

    static Func<DeadLetter, Task> RecordingBy(OperatorIdentity actor, OperatorActionStore actions, CancellationToken cancellationToken) =>
        letter => actions.RecordAsync(new OperatorAction(actor, "dead_letter.replay", letter.Id.ToString()), cancellationToken);

    static async Task<Results<Ok<ReplayedResponse>, ProblemHttpResult>> ReplayAsync(
        Guid id, HttpContext context, DeadLetterQueue queue, OrderStore orders, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        var outcome = await queue.ReplayAsync(
            id, RecordingBy(OperatorIdentity.Of(context), actions, cancellationToken), cancellationToken);
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
