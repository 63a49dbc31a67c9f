using PaymentFlow.PaymentApi.Http;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>The endpoints to prepare and pay an order.</summary>
static class PaymentsEndpoints
{
    public const string RateLimit = "payments";

    public static void MapPayments(this IEndpointRouteBuilder app)
    {
        var customers = app.MapGroup("").WithTags("Payments").RequireRateLimiting(RateLimit).WithRetryAfter()
            .AcceptsCredentials(ApiCredentials.ClientSecret);
        customers.MapPost("/payments", Prepare).WithName("PreparePayment")
            .WithSummary("Prepares an order's payment, so that paying takes one round trip to Stripe. Optional, idempotent.")
            .ProducesProblems(400, 401, 404, 409, 413, 415, 422, 429, 503);
        customers.MapPost("/process-payment", Process).WithName("ProcessPayment")
            .WithSummary("Pays an order. The outcome is also pushed to the order's WebSocket, so polling is not needed.")
            .WithDescription("""
                402: declined, with Stripe's code. 429 `rate_limited`, `too_many_declines` (your address), both with `Retry-After`;
                `too_many_attempts` (the order).
                """)
            .ProducesProblems(400, 401, 402, 404, 409, 413, 415, 422, 429, 503);
    }

    static async Task<PaymentResult> Prepare(
        PreparePaymentRequest request, HttpRequest http, OrderClient orders, AllowedOrigins origins, PaymentProcessor processor,
        CancellationToken cancellationToken)
    {
        if (PaymentRequestRules.Check(request.ReturnUrl, origins) is { } wrong) return wrong;
        if (BearerToken.Of(http) is not { } secret) return PaymentResults.NoToken();
        if (await orders.FindAsync(request.OrderId, secret, cancellationToken) is not { } order) return PaymentResults.OrderNotFound();
        return await processor.PrepareAsync(order, request, cancellationToken);
    }

    static async Task<PaymentResult> Process(
        ProcessPaymentRequest request, HttpRequest http, OrderClient orders, AllowedOrigins origins, PaymentProcessor processor,
        DeclineLimit declines, CancellationToken cancellationToken)
    {
        if (BearerToken.Of(http) is not { } secret) return PaymentResults.NoToken();
        if (PaymentRequestRules.Check(request, origins) is { } wrong) return wrong;
        if (IdempotencyKey.Read(http, out var key) is { } malformed) return malformed;
        if (await orders.FindAsync(request.OrderId, secret, cancellationToken) is not { } order) return PaymentResults.OrderNotFound();
        var client = ClientAddress.OfCustomer(http.HttpContext);
        // A repeat tries no card, so it is answered as always.
        if (declines.IsReached(client, out var wait) && !await processor.IsRepeatAsync(order, key, cancellationToken))
            return DeclineLimit.Refusal(http.HttpContext, wait);
        return await processor.ProcessAsync(order, request, key, client, cancellationToken);
    }
}
