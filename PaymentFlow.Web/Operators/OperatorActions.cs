using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// The actions of the lists of dead letters and webhooks. Each is a plain form with a confirmation checkbox, and redirects back to its page
/// with the result. Viewers get 403.
/// </summary>
static class OperatorActions
{
    const string Done = "done";
    const string Unconfirmed = "unconfirmed";

    public static void MapOperatorActions(this IEndpointRouteBuilder app)
    {
        var operators = app.MapGroup("/operator").RequireAuthorization(Roles.Operator);
        operators.MapPost("/dead-letters/{id:guid}/replay", ReplayAsync);
        operators.MapPost("/dead-letters/replay", ReplayManyAsync);
        operators.MapPost("/webhooks/{id:guid}/redeliver", RedeliverAsync);
    }

    static Task<RedirectHttpResult> ReplayAsync(
        Guid id, [FromForm] bool? sure, [FromForm] string? from, HttpContext context, OperatorClient operators,
        CancellationToken cancellationToken) =>
        AnswerAsync(PageOf(from, "/operator/dead-letters"), sure, () => operators.ReplayAsync(id, context.User, cancellationToken));

    /// <param name="reason">A part of the error; empty for every dead letter.</param>
    static Task<RedirectHttpResult> ReplayManyAsync(
        [FromForm] string? reason, [FromForm] bool? sure, HttpContext context, OperatorClient operators,
        CancellationToken cancellationToken) =>
        AnswerAsync("/operator/dead-letters", sure, () => operators.ReplayManyAsync(
            string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), context.User, cancellationToken));

    static Task<RedirectHttpResult> RedeliverAsync(
        Guid id, [FromForm] bool? sure, [FromForm] string? from, HttpContext context, OperatorClient operators,
        CancellationToken cancellationToken) =>
        AnswerAsync(PageOf(from, "/operator/webhooks"), sure, () => operators.RedeliverAsync(id, context.User, cancellationToken));

    // The same forms are on the page of what needs attention.
    static string PageOf(string? from, string otherwise) => from == "attention" ? "/operator/attention" : otherwise;

    static async Task<RedirectHttpResult> AnswerAsync(string page, bool? sure, Func<Task<Problem?>> act)
    {
        if (sure is not true) return TypedResults.LocalRedirect($"{page}?said={Unconfirmed}");
        try
        {
            var problem = await act();
            return TypedResults.LocalRedirect($"{page}?said={Uri.EscapeDataString(problem?.Code ?? Done)}");
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            return TypedResults.LocalRedirect($"{page}?said={Problem.Unreachable}");
        }
    }
}
