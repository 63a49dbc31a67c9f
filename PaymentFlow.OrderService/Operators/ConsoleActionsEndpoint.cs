using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Operators;

/// <summary>Records the sign-ins and sign-outs at the console among this service's operator actions, because Web has no database.</summary>
static class ConsoleActionsEndpoint
{
    const string Console = "console";

    // The service key must not be able to forge other actions.
    static readonly string[] ConsoleActions = ["console.sign_in", "console.sign_in_refused", "console.sign_out"];

    public static void MapConsoleActions(this IEndpointRouteBuilder app) =>
        app.MapPost("/operator-actions", AddAsync).RequireAuthorization(Roles.Service).WithTags("Between services")
            .WithSummary("Record a sign-in or a sign-out at the console")
            .WithDescription($"""
                `action` is {string.Join(", ", ConsoleActions.Select(action => $"`{action}`"))}. `role` is `{Roles.Viewer}` for a viewer, or
                absent. `X-Operator-Name` and `X-Operator-Address` are those of the person. 400 `malformed_request`; 401 `unauthorized`.
                """)
            .ProducesProblems(400, 401, 413, 415, 503);

    static async Task<Results<NoContent, ProblemHttpResult>> AddAsync(
        ConsoleAction console, HttpContext context, OperatorActionStore actions, CancellationToken cancellationToken)
    {
        if (!ConsoleActions.Contains(console.Action))
            return ApiProblem.Malformed($"'action' must be one of {string.Join(", ", ConsoleActions)}.");
        if (console.Role is not (null or Roles.Viewer or Roles.Operator))
            return ApiProblem.Malformed($"'role' must be {Roles.Viewer} or {Roles.Operator}.");
        var details = console.Role is { } role ? new JsonObject { ["role"] = role }.ToJsonString() : null;
        await actions.RecordAsync(
            new OperatorAction(OperatorIdentity.Of(context), console.Action, Console, details), cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <param name="Action"><c>console.sign_in</c>, <c>console.sign_in_refused</c> or <c>console.sign_out</c>.</param>
/// <param name="Role">The role with which the person signed in: <c>operator</c>, <c>viewer</c>, or absent.</param>
public sealed record ConsoleAction(string Action, string? Role = null);
