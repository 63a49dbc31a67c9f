using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Http;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Cancellation;

/// <summary>Cancels an unpaid payment, by payment id or by order id. The order may have no payment yet.</summary>
static class CancellationEndpoints
{
    const string Codes = """
        A repeated request gets the same response. 401 `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`, `order_not_found`; 409
        `already_paid`, `confirmation_in_flight`; 503 with `Retry-After` when it is not known whether the payment is canceled: try again.
        """;

    public static void AddCancellation(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PaymentCanceler>();

    public static void MapCancellation(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/payments").WithTags("Payments").RequireRateLimiting(PaymentsEndpoints.RateLimit).WithRetryAfter()
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Operator);
        group.MapPost("/{id:guid}/cancel", CancelByIdAsync).WithName("CancelPayment")
            .WithSummary("Cancels a payment that is not paid, for its customer or an operator.")
            .WithDescription(Codes).ProducesProblems(401, 403, 404, 409, 429, 503);
        group.MapPost("/cancel", CancelByOrderAsync).WithName("CancelOrderPayment").AcceptsCredentials(Roles.Service)
            .WithSummary("Cancels an order's payment. If there is none yet, the order can't be paid any more.")
            .WithDescription(Codes).ProducesProblems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);
    }

    static async Task<PaymentResult> CancelByIdAsync(
        Guid id, HttpContext http, PaymentStore store, OrderClient orders, PaymentCanceler canceler, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        var isOperator = KeyHolder.Is(http, Roles.Operator);
        var secret = BearerToken.Of(http.Request);
        if (KeyHolder.IsViewerOnly(http)) return ApiProblem.ViewerCannotAct();
        if (!isOperator && secret is null) return PaymentResults.NoToken();
        var payment = await store.FindAsync(id, cancellationToken);
        if (payment is null || !(isOperator || await orders.FindAsync(payment.OrderId, secret, cancellationToken) is not null))
            return ApiProblem.NotFound("There is no such payment for this caller.");
        return await CancelAsync(payment, isOperator, http, canceler, actions, cancellationToken);
    }

    static async Task<PaymentResult> CancelByOrderAsync(
        CancelPaymentRequest request, HttpContext http, PaymentClaims claims, OrderClient orders, PaymentCanceler canceler,
        OperatorActionStore actions, CancellationToken cancellationToken)
    {
        var isOperator = KeyHolder.Is(http, Roles.Operator);
        var secret = BearerToken.Of(http.Request);
        if (KeyHolder.IsViewerOnly(http)) return ApiProblem.ViewerCannotAct();
        if (secret is null && !KeyHolder.Is(http, Roles.Operator, Roles.Service)) return PaymentResults.NoToken();
        // Without the customer's secret, the order is read with the service key.
        if (await orders.FindAsync(request.OrderId, secret, cancellationToken) is not { } order) return PaymentResults.OrderNotFound();
        return await CancelAsync(
            await claims.GetOrCreateAsync(order, cancellationToken), isOperator, http, canceler, actions, cancellationToken);
    }

    static async Task<PaymentResult> CancelAsync(
        Payment payment, bool isOperator, HttpContext http, PaymentCanceler canceler, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        if (isOperator)
        {
            await actions.RecordAsync(
                new OperatorAction(OperatorIdentity.Of(http), "payment.cancel", payment.Id.ToString()), cancellationToken);
        }
        // Continue even if the caller disconnects, so that a cancellation at Stripe is also stored here.
        return await canceler.CancelAsync(payment, "requested_by_customer", CancellationToken.None) switch
        {
            null => ApiProblem.Create(
                ProblemCodes.StripeUnavailable, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
                "Stripe can't be reached, so it is not known whether the payment is canceled. Try again shortly."),
            { Status: PaymentStatuses.Canceled } canceled => TypedResults.Ok(PaymentResponse.From(canceled)),
            { Paid: true } paid => PaymentResults.AlreadyPaid(paid),
            var open => PaymentResults.InFlight(open),
        };
    }
}

/// <param name="OrderId">The order whose payment is canceled.</param>
public sealed record CancelPaymentRequest(Guid OrderId);
