using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Http;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>Refunds by operators: full, partial, or several up to the amount charged.</summary>
static class RefundsEndpoints
{
    public static void AddRefunds(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RefundStore>();
        builder.Services.AddSingleton<RefundProcessor>();
    }

    public static void MapRefunds(this IEndpointRouteBuilder app) =>
        app.MapPost("/payments/{id:guid}/refunds", RefundAsync).WithTags("Operators").WithName("RefundPayment")
            .RequireAuthorization(Roles.Operator).WithRetryAfter()
            .WithSummary("Refunds a payment, in full or in part. The outcome reaches the order and its screens by push.")
            .WithDescription("""
                Needs an `Idempotency-Key`. A repeat with the same key is the same refund. `reason` is optional and one of `duplicate`,
                `fraudulent` and `requested_by_customer`; Stripe gets it, too. 400 `idempotency_key_required`,
                `malformed_request`; 401 `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`; 409 `not_paid`, `already_refunded`; 422
                `invalid_amount`, `invalid_reason`, `amount_invalid_for_currency`, `refund_too_large`, `refund_refused`,
                `idempotency_key_reused`; 503 with `Retry-After` when nothing was refunded.
                """)
            .ProducesProblems(400, 401, 403, 404, 409, 413, 415, 422, 503);

    static async Task<Results<Ok<RefundResponse>, ProblemHttpResult>> RefundAsync(
        Guid id, RefundRequest request, HttpContext http, PaymentStore payments, RefundProcessor processor, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        if (IdempotencyKey.Read(http.Request, out var key) is { } malformed) return malformed;
        if (key is null)
        {
            return ApiProblem.Create(ProblemCodes.IdempotencyKeyRequired, StatusCodes.Status400BadRequest, "The request is malformed",
                "A refund needs an Idempotency-Key, because without one a repeat could refund twice.");
        }
        if (request.Amount is <= 0)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidAmount, "amount must be a positive number of minor units.");
        if (request.Reason is { } reason && !RefundReasons.All.Contains(reason))
        {
            return ApiProblem.Unprocessable(
                ProblemCodes.InvalidReason, $"reason must be one of {string.Join(", ", RefundReasons.All)}, or absent.");
        }
        if (await payments.FindAsync(id, cancellationToken) is not { } payment) return ApiProblem.NotFound("There is no such payment.");
        var currency = Currencies.Of(payment.Currency);
        if (request.Amount is { } amount && amount % currency.Step != 0) return RefundResults.InvalidForCurrency(currency);
        JsonObject details = new() { ["amount"] = request.Amount, ["reason"] = request.Reason, ["idempotencyKey"] = key };
        await actions.RecordAsync(
            new OperatorAction(OperatorIdentity.Of(http), "payment.refund", id.ToString(), details.ToJsonString()),
            cancellationToken);
        return await processor.RefundAsync(payment, request.Amount, request.Reason, key, cancellationToken);
    }
}
