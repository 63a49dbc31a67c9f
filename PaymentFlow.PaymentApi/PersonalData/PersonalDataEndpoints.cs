using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.PersonalData;

/// <summary>For operators: exports and erases the personal data of one payment. OrderService does the same for its order.</summary>
static class PersonalDataEndpoints
{
    // In the other states the customer may pay yet, and the return URL is part of the request that must not change.
    static readonly string[] Final =
        [PaymentStatuses.Succeeded, PaymentStatuses.PartiallyRefunded, PaymentStatuses.Refunded, PaymentStatuses.Canceled];

    public static void AddPersonalData(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PersonalDataStore>();

    public static void MapPersonalData(this IEndpointRouteBuilder app)
    {
        var data = app.MapGroup("/payments/{id:guid}/personal-data").WithTags("Operators").RequireAuthorization(Roles.Operator);
        data.MapGet("", ExportAsync).WithName("ExportPersonalData")
            .WithSummary("What is stored that may tell something about the payment's customer.")
            .WithDescription("The call is recorded. 401 `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`.")
            .ProducesProblems(401, 403, 404, 503);
        data.MapDelete("", EraseAsync).WithName("ErasePersonalData")
            .WithSummary("Erases the description and the return URLs of a payment that is paid or canceled.")
            .WithDescription("""
                The books stay: amounts, times, states, the merchant's reference and Stripe's ids. What Stripe knows is erased at Stripe.
                The call is recorded and may be repeated. 401 `unauthorized`; 403 `viewer_cannot_act`; 404
                `not_found`; 409 `payment_open`.
                """)
            .ProducesProblems(401, 403, 404, 409, 503);
    }

    static async Task<Results<Ok<PaymentPersonalData>, ProblemHttpResult>> ExportAsync(
        Guid id, HttpContext http, PaymentStore payments, PersonalDataStore store, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        if (await payments.FindAsync(id, cancellationToken) is not { } payment) return ApiProblem.NotFound("There is no such payment.");
        await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(http), "payment.export", id.ToString()), cancellationToken);
        return TypedResults.Ok(new PaymentPersonalData(
            id, payment.OrderId, payment.Reference, await store.DescriptionAsync(id, cancellationToken), payment.PaymentIntentId,
            await store.AttemptsAsync(id, cancellationToken)));
    }

    static async Task<Results<NoContent, ProblemHttpResult>> EraseAsync(
        Guid id, HttpContext http, PaymentStore payments, PersonalDataStore store, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        if (await payments.FindAsync(id, cancellationToken) is not { } payment) return ApiProblem.NotFound("There is no such payment.");
        if (!Final.Contains(payment.Status))
        {
            return ApiProblem.Conflict(
                ProblemCodes.PaymentOpen, "The payment may still be made. Cancel it first, or wait until it is paid.");
        }
        await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(http), "payment.erase", id.ToString()), cancellationToken);
        await store.EraseAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }
}
