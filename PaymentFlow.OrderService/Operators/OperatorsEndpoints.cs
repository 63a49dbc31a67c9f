using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Operators;

/// <summary>Lists the operators' actions in this service. PaymentApi has its own list.</summary>
static class OperatorsEndpoints
{
    const int MaxActions = 500;

    public static void AddOperators(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<OperatorActionStore>();

    public static void MapOperators(this IEndpointRouteBuilder app) =>
        app.MapGet("/operator-actions", ListAsync).RequireAuthorization(Roles.Operator).WithTags("Operators")
            .WithSummary("The operators' actions, newest first")
            .WithDescription($"`limit` is 1 to {MaxActions}, 100 by default. Each action was recorded before it was carried out.")
            .ProducesProblems(400, 401, 422);

    static async Task<Results<Ok<List<OperatorActionResponse>>, ProblemHttpResult>> ListAsync(
        OperatorActionStore actions, CancellationToken cancellationToken, int limit = 100) =>
        limit is < 1 or > MaxActions
            ? ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxActions}.")
            : TypedResults.Ok((await actions.NewestAsync(limit, cancellationToken)).Select(OperatorActionResponse.From).ToList());
}

/// <param name="Actor">The operator's name, signed in or stated in <c>X-Operator-Name</c>, and address.</param>
/// <param name="Action"><c>order.cancel</c>, <c>dead_letter.replay</c>.</param>
/// <param name="Target">The id of the order or dead letter.</param>
/// <param name="At">When the operator asked for it, UTC.</param>
public sealed record OperatorActionResponse(
    Guid Id, string Actor, string Action, string Target,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Details, DateTime At)
{
    public static OperatorActionResponse From(RecordedAction action) => new(action.Id, action.Actor, action.Action, action.Target,
        action.Details is null ? null : JsonElement.Parse(action.Details), action.At);
}
