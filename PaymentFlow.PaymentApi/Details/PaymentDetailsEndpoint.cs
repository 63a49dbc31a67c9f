using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Details;

/// <summary><c>GET /payments/{id}</c>, for the payment's customer, an operator or a viewer.</summary>
static class PaymentDetailsEndpoint
{
    public static void MapPaymentDetails(this IEndpointRouteBuilder app) =>
        app.MapGet("/payments/{id:guid}", GetAsync).WithTags("Payments").WithName("GetPayment")
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Viewer)
            .WithSummary("A payment and its history, for its customer, an operator or a viewer.")
            .ProducesProblems(401, 404, 503);

    static async Task<Results<Ok<PaymentDetails>, ProblemHttpResult>> GetAsync(
        Guid id, HttpContext http, PaymentStore store, RefundStore refunds, DisputeStore disputes, OrderClient orders,
        CancellationToken cancellationToken)
    {
        var secret = BearerToken.Of(http.Request);
        var isViewer = KeyHolder.Is(http, Roles.Viewer);
        if (secret is null && !isViewer) return PaymentResults.NoToken();

        var payment = await store.FindAsync(id, cancellationToken);
        var visible = payment is not null
            && (isViewer || await orders.FindAsync(payment.OrderId, secret!, cancellationToken) is not null);
        if (!visible) return ApiProblem.NotFound("There is no such payment for this caller.");
        return TypedResults.Ok(new PaymentDetails(
            payment!.Id, payment.OrderId, payment.Reference, payment.Status, payment.Version, payment.Amount, payment.AmountRefunded,
            payment.Currency, isViewer ? payment.PaymentIntentId : null, await store.HistoryAsync(id, cancellationToken),
            [.. (await refunds.OfPaymentAsync(id, cancellationToken)).Select(refund => RefundResponse.From(refund, payment.Currency))],
            await disputes.OfPaymentAsync(id, cancellationToken)));
    }
}
