using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Operators;

/// <summary>
/// Lists the operators' actions in this service. PaymentApi has its own list. Sign-ins at the console are in this one, because Web has no
/// database.
/// </summary>
static class OperatorsEndpoints
{
    const int MaxActions = 500;
    const string Console = "console";

    // The service key must not be able to forge other actions.
    static readonly string[] ConsoleActions = ["console.sign_in", "console.sign_in_refused", "console.sign_out"];

    public static void AddOperators(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperatorActionStore>();
        builder.AddAuditPruning();
    }

    public static void MapOperators(this IEndpointRouteBuilder app)
    {
        app.MapGet("/operator-actions", ListAsync).RequireAuthorization(Roles.Operator).WithTags("Operators")
            .WithSummary("The operators' actions, newest first")
            .WithDescription($"`limit` is 1 to {MaxActions}, 100 by default. Each action was recorded before it was carried out.")
            .ProducesProblems(400, 401, 422);
        app.MapPost("/operator-actions", AddAsync).RequireAuthorization(Roles.Service).WithTags("Between services")
            .WithSummary("Record a sign-in or a sign-out at the console")
            .WithDescription($"""
                `action` is {string.Join(", ", ConsoleActions.Select(action => $"`{action}`"))}. `X-Operator-Name` and `X-Operator-Address`
                are those of the operator. 400 `malformed_request`; 401 `unauthorized`.
                """)
            .ProducesProblems(400, 401, 413, 415, 503);
    }

    static async Task<Results<NoContent, ProblemHttpResult>> AddAsync(
        ConsoleAction console, HttpContext context, OperatorActionStore actions, CancellationToken cancellationToken)
    {
        if (!ConsoleActions.Contains(console.Action))
            return ApiProblem.Malformed($"'action' must be one of {string.Join(", ", ConsoleActions)}.");
        await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(context), console.Action, Console), cancellationToken);
        return TypedResults.NoContent();
    }

    static async Task<Results<Ok<List<OperatorActionResponse>>, ProblemHttpResult>> ListAsync(
        OperatorActionStore actions, CancellationToken cancellationToken, int limit = 100) =>
        limit is < 1 or > MaxActions
            ? ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxActions}.")
            : TypedResults.Ok((await actions.NewestAsync(limit, cancellationToken)).Select(OperatorActionResponse.From).ToList());
}

/// <param name="Action"><c>console.sign_in</c>, <c>console.sign_in_refused</c> or <c>console.sign_out</c>.</param>
public sealed record ConsoleAction(string Action);

/// <param name="Actor">The operator's name, signed in or stated in <c>X-Operator-Name</c>.</param>
/// <param name="Address">The operator's IP address.</param>
/// <param name="Action">
/// <c>order.cancel</c>, <c>order.export</c>, <c>order.erase</c>, <c>dead_letter.replay</c>, <c>webhook.redeliver</c>,
/// <c>console.sign_in</c>, <c>console.sign_in_refused</c>, <c>console.sign_out</c>.
/// </param>
/// <param name="Target">The id of the order, dead letter or webhook delivery; <c>console</c> for sign-ins and sign-outs.</param>
/// <param name="At">When the operator asked for it, UTC.</param>
public sealed record OperatorActionResponse(
    Guid Id, string Actor, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Address, string Action,
    string Target, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Details, DateTime At)
{
    public static OperatorActionResponse From(RecordedAction action) => new(action.Id, action.Actor, action.Address, action.Action,
        action.Target, action.Details is null ? null : JsonElement.Parse(action.Details), action.At);
}
