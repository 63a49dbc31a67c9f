using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Audit;

/// <summary>The record of operators in a service's database, with the calls that read it. Both services have the same.</summary>
public static class AuditEndpoints
{
    const int MaxActions = 500;
    const int MaxTextLength = 200;

    const string Filters = """
        All filters are optional and apply together: `actor` (a part of the name), `action` and `target` (exact), `from` and `to` (times;
        the actions at or after `from` and before `to`).
        """;

    static readonly string[] Columns = ["at", "actor", "address", "action", "target", "details"];

    public static void AddAudit(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperatorActionStore>();
        builder.AddAuditPruning();
    }

    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var actions = app.MapGroup("/operator-actions").WithTags("Operators").RequireAuthorization(Roles.Viewer);
        actions.MapGet("/", ListAsync).WithName("OperatorActions").WithSummary("The operators' actions in this service, newest first")
            .WithDescription($"""
                {Filters} `limit` is 1 to {MaxActions}, 100 by default. `next`, if it is not null, goes into `after` to get the next page.
                Each action was recorded before it was carried out. 400 `malformed_request`; 401 `unauthorized`; 422 `invalid_filter`,
                `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 422, 503);
        actions.MapGet("/export", Export).WithName("ExportOperatorActions").WithSummary("The operators' actions as a CSV file")
            .WithDescription($"""
                {Filters} The columns are {string.Join(", ", Columns.Select(column => $"`{column}`"))}; `details` is JSON. A text that a
                spreadsheet would read as a formula begins with an apostrophe. 400 `malformed_request`; 401 `unauthorized`; 422
                `invalid_filter`.
                """)
            .Produces<string>(StatusCodes.Status200OK, "text/csv").ProducesProblems(400, 401, 422, 503);
    }

    static async Task<Results<Ok<OperatorActionPage>, ProblemHttpResult>> ListAsync(
        OperatorActionStore store, CancellationToken cancellationToken, string? actor = null, string? action = null, string? target = null,
        DateTimeOffset? from = null, DateTimeOffset? to = null, Guid? after = null, int limit = 100)
    {
        if (limit is < 1 or > MaxActions)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxActions}.");
        OperatorActionFilter filter = new(actor, action, target, from, to);
        if (Check(filter) is { } problem) return problem;
        // Read one more to see whether there is a next page.
        var actions = await store.ListAsync(filter, after, limit + 1, cancellationToken);
        List<OperatorActionResponse> page = [.. actions.Take(limit).Select(OperatorActionResponse.From)];
        return TypedResults.Ok(new OperatorActionPage(page, actions.Count > limit ? page[^1].Id : null));
    }

    static Results<PushStreamHttpResult, ProblemHttpResult> Export(
        OperatorActionStore store, HttpContext context, string? actor = null, string? action = null, string? target = null,
        DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        OperatorActionFilter filter = new(actor, action, target, from, to);
        return Check(filter) is { } problem
            ? problem
            : CsvFile.Of("operator-actions.csv", Columns, store.AllAsync(filter, context.RequestAborted).Select(Row));
    }

    static string?[] Row(RecordedAction action) =>
        [CsvFile.Time(action.At), action.Actor, action.Address, action.Action, action.Target, action.Details];

    static ProblemHttpResult? Check(OperatorActionFilter filter) =>
        ((string?[])[filter.Actor, filter.Action, filter.Target]).Any(text => text is { Length: > MaxTextLength })
            ? ApiProblem.Unprocessable(
                ProblemCodes.InvalidFilter, $"'actor', 'action' and 'target' have at most {MaxTextLength} characters.")
        : filter.From >= filter.To ? ApiProblem.Unprocessable(ProblemCodes.InvalidFilter, "'from' must be before 'to'.")
        : null;
}

/// <param name="Next">Null on the last page.</param>
public sealed record OperatorActionPage(IReadOnlyList<OperatorActionResponse> Actions, Guid? Next);

/// <param name="Actor">The operator's name, signed in or stated in <c>X-Operator-Name</c>.</param>
/// <param name="Address">The operator's IP address.</param>
/// <param name="Action">
/// In OrderService <c>order.cancel</c>, <c>order.export</c>, <c>order.erase</c>, <c>order.note</c>, <c>dead_letter.replay</c>,
/// <c>dead_letters.replay</c>, <c>webhook.redeliver</c>, <c>console.sign_in</c>, <c>console.sign_in_refused</c>,
/// <c>console.sign_out</c>; in PaymentApi <c>payment.refund</c>, <c>payment.cancel</c>, <c>payment.export</c>, <c>payment.erase</c>,
/// <c>payments.export</c>.
/// </param>
/// <param name="Target">The id of the order, payment, dead letter or webhook delivery; <c>console</c> for sign-ins and sign-outs.</param>
/// <param name="At">When the operator asked for it, UTC.</param>
public sealed record OperatorActionResponse(
    Guid Id, string Actor, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Address, string Action,
    string Target, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Details, DateTime At)
{
    public static OperatorActionResponse From(RecordedAction action) => new(action.Id, action.Actor, action.Address, action.Action,
        action.Target, action.Details is null ? null : JsonElement.Parse(action.Details), action.At);
}
