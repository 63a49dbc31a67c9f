using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// The actions of the console. Each is a plain form with a confirmation checkbox, and redirects back to its page with the result.
/// </summary>
static class OperatorActions
{
    const string Done = "done";
    const string Unconfirmed = "unconfirmed";

    public static void MapOperatorActions(this IEndpointRouteBuilder app)
    {
        var operators = app.MapGroup("/operator").RequireAuthorization();
        operators.MapPost("/orders/{id:guid}/refund", RefundAsync);
        operators.MapPost("/orders/{id:guid}/cancel", CancelAsync);
        operators.MapPost("/dead-letters/{id:guid}/replay", ReplayAsync);
        operators.MapPost("/dead-letters/replay", ReplayManyAsync);
        operators.MapPost("/webhooks/{id:guid}/redeliver", RedeliverAsync);
    }

    /// <param name="key">The idempotency key, created with the page, so that submitting the form twice makes one refund.</param>
    /// <param name="amount">In the currency's minor unit. Empty refunds all that is left.</param>
    static Task<RedirectHttpResult> RefundAsync(
        Guid id, [FromForm] Guid paymentId, [FromForm] Guid key, [FromForm] string? amount, [FromForm] bool? sure, HttpContext context,
        OperatorClient operators, CancellationToken cancellationToken) =>
        // If there is no answer, the page keeps the key, so that another try makes the same refund.
        AnswerAsync($"/operator/orders/{id}", sure, unanswered: $"&key={key}", act: () =>
            string.IsNullOrWhiteSpace(amount) ? operators.RefundAsync(paymentId, null, key, context.User, cancellationToken)
            : long.TryParse(amount, out var minorUnits) ? operators.RefundAsync(paymentId, minorUnits, key, context.User, cancellationToken)
            : Task.FromResult<Problem?>(new Problem(ProblemCodes.InvalidAmount)));

    static Task<RedirectHttpResult> CancelAsync(
        Guid id, [FromForm] bool? sure, HttpContext context, OperatorClient operators, CancellationToken cancellationToken) =>
        AnswerAsync($"/operator/orders/{id}", sure, () => operators.CancelAsync(id, context.User, cancellationToken));

    static Task<RedirectHttpResult> ReplayAsync(
        Guid id, [FromForm] bool? sure, HttpContext context, OperatorClient operators, CancellationToken cancellationToken) =>
        AnswerAsync("/operator/dead-letters", sure, () => operators.ReplayAsync(id, context.User, cancellationToken));

    /// <param name="reason">A part of the error; empty for every dead letter.</param>
    static Task<RedirectHttpResult> ReplayManyAsync(
        [FromForm] string? reason, [FromForm] bool? sure, HttpContext context, OperatorClient operators,
        CancellationToken cancellationToken) =>
        AnswerAsync("/operator/dead-letters", sure, () => operators.ReplayManyAsync(
            string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), context.User, cancellationToken));

    static Task<RedirectHttpResult> RedeliverAsync(
        Guid id, [FromForm] bool? sure, HttpContext context, OperatorClient operators, CancellationToken cancellationToken) =>
        AnswerAsync("/operator/webhooks", sure, () => operators.RedeliverAsync(id, context.User, cancellationToken));

    static async Task<RedirectHttpResult> AnswerAsync(string page, bool? sure, Func<Task<Problem?>> act, string unanswered = "")
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
            return TypedResults.LocalRedirect($"{page}?said={Problem.Unreachable}{unanswered}");
        }
    }
}
