using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>
/// The actions of a payment's page. Each is a plain form that was confirmed on <see cref="ConfirmPage"/>, and redirects to the payment's
/// page with its result.
/// </summary>
static class PaymentForms
{
    const string Unconfirmed = "unconfirmed";
    const string NothingLeft = "nothing_left";

    public static void AddPaymentPage(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PaymentCalls>();

    public static void MapPaymentForms(this IEndpointRouteBuilder app)
    {
        var payment = app.MapGroup("/operator/orders/{id:guid}").RequireAuthorization(policy => policy.RequireRole(Roles.Operator));
        payment.MapPost($"/{Confirmation.ToRefund}", RefundAsync);
        payment.MapPost($"/{Confirmation.ToCancel}", CancelAsync);
        payment.MapPost($"/{Confirmation.ToReplay}", ReplayAsync);
        payment.MapPost($"/{Confirmation.ToRedeliver}", RedeliverAsync);
        payment.MapPost("/notes", AddNoteAsync);
    }

    /// <param name="key">The idempotency key, created with the form, so that submitting it twice makes one refund.</param>
    /// <param name="amount">In the currency's minor unit.</param>
    /// <param name="typed">The same amount in major units.</param>
    static Task<RedirectHttpResult> RefundAsync(
        Guid id, [FromForm] Guid paymentId, [FromForm] Guid key, [FromForm] long amount, [FromForm] string? typed,
        [FromForm] string? reason, [FromForm] bool? sure, HttpContext context, PaymentCalls calls, CancellationToken cancellationToken)
    {
        // If there is no answer, the form is shown again with its key, so that another try makes the same refund.
        var again = $"/operator/orders/{id}/confirm?act={Confirmation.ToRefund}&amount={Uri.EscapeDataString(typed ?? "")}"
            + $"&reason={Uri.EscapeDataString(reason ?? "")}&key={key}";
        return AnswerAsync(id, sure, unanswered: again, act: async () =>
        {
            var (refund, problem) = await calls.RefundAsync(
                paymentId, amount, string.IsNullOrEmpty(reason) ? null : reason, key, context.User, cancellationToken);
            return problem?.Code ?? $"{Confirmation.ToRefund}&refund={refund!.Id}";
        });
    }

    static Task<RedirectHttpResult> CancelAsync(
        Guid id, [FromForm] bool? sure, HttpContext context, PaymentCalls calls, CancellationToken cancellationToken) =>
        AnswerAsync(id, sure, async () =>
            (await calls.CancelAsync(id, context.User, cancellationToken))?.Code ?? Confirmation.ToCancel);

    static Task<RedirectHttpResult> ReplayAsync(
        Guid id, [FromForm] bool? sure, HttpContext context, PaymentCalls calls, CancellationToken cancellationToken) =>
        AnswerAsync(id, sure, async () => await calls.ReplayAsync(id, context.User, cancellationToken) switch
        {
            { Problem: { } problem } => problem.Code,
            { Replay.Refused: > 0 } => Contracts.ProblemCodes.ReplayRefused,
            { Replay.Replayed: 0 } => NothingLeft,
            _ => Confirmation.ToReplay,
        });

    /// <summary>Stops at the first delivery that can't be sent again; the ones before it are being sent.</summary>
    static Task<RedirectHttpResult> RedeliverAsync(
        Guid id, [FromForm] bool? sure, HttpContext context, OperatorClient operators, PaymentCalls calls,
        CancellationToken cancellationToken) =>
        AnswerAsync(id, sure, async () =>
        {
            var failed = await calls.FailedWebhooksAsync(id, context.User, cancellationToken);
            foreach (var delivery in failed)
                if (await operators.RedeliverAsync(delivery.Id, context.User, cancellationToken) is { } problem) return problem.Code;
            return failed.Count == 0 ? NothingLeft : Confirmation.ToRedeliver;
        });

    static Task<RedirectHttpResult> AddNoteAsync(
        Guid id, [FromForm] string? text, HttpContext context, PaymentCalls calls, CancellationToken cancellationToken) =>
        AnswerAsync(id, sure: true, async () =>
            (await calls.AddNoteAsync(id, text ?? "", context.User, cancellationToken))?.Code ?? "note");

    /// <param name="act">Returns what the payment's page says.</param>
    /// <param name="unanswered">The page to return to if there was no answer; null for the payment's page.</param>
    static async Task<RedirectHttpResult> AnswerAsync(Guid id, bool? sure, Func<Task<string>> act, string? unanswered = null)
    {
        var page = $"/operator/orders/{id}";
        if (sure is not true) return TypedResults.LocalRedirect($"{page}?said={Unconfirmed}");
        try
        {
            return TypedResults.LocalRedirect($"{page}?said={await act()}");
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            return TypedResults.LocalRedirect(unanswered ?? $"{page}?said={Problem.Unreachable}");
        }
    }
}
