using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Details;

/// <summary><c>GET /payments/{id}</c>, for the payment's customer or an operator.</summary>
static class PaymentDetailsEndpoint
{
    public static void MapPaymentDetails(this IEndpointRouteBuilder app) =>
        app.MapGet("/payments/{id:guid}", GetAsync).WithTags("Payments").WithName("GetPayment")
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Operator)
            .WithSummary("A payment and its history, for its customer or an operator.")
            .ProducesProblems(401, 404, 503);

    static async Task<Results<Ok<PaymentDetails>, ProblemHttpResult>> GetAsync(
        Guid id, HttpContext http, PaymentStore store, RefundStore refunds, DisputeStore disputes, OrderClient orders,
        CancellationToken cancellationToken)
    {
        var secret = BearerToken.Of(http.Request);
        var isOperator = KeyHolder.Is(http, Roles.Operator);
        if (secret is null && !isOperator) return PaymentResults.NoToken();

        var payment = await store.FindAsync(id, cancellationToken);
        var visible = payment is not null
            && (isOperator || await orders.FindAsync(payment.OrderId, secret!, cancellationToken) is not null);
        if (!visible) return ApiProblem.NotFound("There is no such payment for this caller.");
        return TypedResults.Ok(new PaymentDetails(
            payment!.Id, payment.OrderId, payment.Reference, payment.Status, payment.Version, payment.Amount, payment.AmountRefunded,
            payment.Currency, isOperator ? payment.PaymentIntentId : null, await store.HistoryAsync(id, cancellationToken),
            [.. (await refunds.OfPaymentAsync(id, cancellationToken)).Select(refund => RefundResponse.From(refund, payment.Currency))],
            await disputes.OfPaymentAsync(id, cancellationToken)));
    }
}
