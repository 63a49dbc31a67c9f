using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>The endpoints to prepare, pay and read the payment of an order.</summary>
static class PaymentsEndpoints
{
    public const string RateLimit = "payments";

    public static void MapPayments(this IEndpointRouteBuilder app)
    {
        var customers = app.MapGroup("").WithTags("Payments").RequireRateLimiting(RateLimit).WithRetryAfter();
        customers.MapPost("/payments", Prepare).WithName("PreparePayment")
            .WithSummary("Prepares an order's payment, so that paying takes one round trip to Stripe. Optional, idempotent.")
            .ProducesProblems(400, 401, 404, 409, 413, 415, 422, 429, 503);
        customers.MapPost("/process-payment", Process).WithName("ProcessPayment")
            .WithSummary("Pays an order. The outcome is also pushed to the order's WebSocket, so polling is not needed.")
            .ProducesProblems(400, 401, 402, 404, 409, 413, 415, 422, 429, 503);
        app.MapGet("/payments/{id:guid}", Get).WithTags("Payments").WithName("GetPayment")
            .WithSummary("A payment and its history, for its customer or an operator.")
            .ProducesProblems(401, 404, 503);
    }

    static async Task<PaymentResult> Prepare(
        PreparePaymentRequest request, HttpRequest http, OrderClient orders, AllowedOrigins origins, PaymentProcessor processor,
        CancellationToken cancellationToken)
    {
        if (PaymentRequestRules.Check(request.ReturnUrl, origins) is { } wrong) return wrong;
        if (BearerToken.Of(http) is not { } secret) return NoToken();
        if (await orders.FindAsync(request.OrderId, secret, cancellationToken) is not { } order) return PaymentAnswers.OrderNotFound();
        return await processor.PrepareAsync(order, request, cancellationToken);
    }

    static async Task<PaymentResult> Process(
        ProcessPaymentRequest request, HttpRequest http, OrderClient orders, AllowedOrigins origins, PaymentProcessor processor,
        CancellationToken cancellationToken)
    {
        if (BearerToken.Of(http) is not { } secret) return NoToken();
        if (PaymentRequestRules.Check(request, origins) is { } wrong) return wrong;
        if (PaymentRequestRules.Check(http.Headers["Idempotency-Key"], out var key) is { } malformed) return malformed;
        if (await orders.FindAsync(request.OrderId, secret, cancellationToken) is not { } order) return PaymentAnswers.OrderNotFound();
        return await processor.ProcessAsync(order, request, key, cancellationToken);
    }

    static async Task<Results<Ok<PaymentDetails>, ProblemHttpResult>> Get(
        Guid id, HttpContext http, PaymentStore store, RefundStore refunds, DisputeStore disputes, OrderClient orders,
        CancellationToken cancellationToken)
    {
        var secret = BearerToken.Of(http.Request);
        var isOperator = http.User.IsInRole(Roles.Operator);
        if (secret is null && !isOperator) return NoToken();

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

    static ProblemHttpResult NoToken() => ApiProblem.Unauthorized("Send the order's client secret as Authorization: Bearer.");
}
