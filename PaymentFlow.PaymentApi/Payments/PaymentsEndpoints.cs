using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Http;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>The endpoints to prepare and pay an order.</summary>
static partial class PaymentsEndpoints
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
            .AcceptsIdempotencyKey()
            .AddEndpointFilter(app.ServiceProvider.GetRequiredService<DeclineLimit>())
            .ProducesProblems(400, 401, 402, 404, 409, 413, 415, 422, 429, 503);
    }

    static async Task<PaymentResult> Prepare(
        PreparePaymentRequest request, BearerToken? token, OrderClient orders, AllowedOrigins origins, PaymentProcessor processor,
        CancellationToken cancellationToken)
    {
        if (Check(request.ReturnUrl, origins) is { } wrong) return wrong;
        if (token is null) return PaymentResults.NoToken();
        if (await orders.FindAsync(request.OrderId, token.Value, cancellationToken) is not { } order) return PaymentResults.OrderNotFound();
        return await processor.PrepareAsync(order, request, cancellationToken);
    }

    static async Task<PaymentResult> Process(
        ProcessPaymentRequest request, BearerToken? token, [FromHeader(Name = RequestHeaders.IdempotencyKey)] string? key,
        HttpContext context, OrderClient orders, AllowedOrigins origins, PaymentProcessor processor, DeclineLimit declines,
        CancellationToken cancellationToken)
    {
        if (token is null) return PaymentResults.NoToken();
        if (Check(request, origins) is { } wrong) return wrong;
        if (await orders.FindAsync(request.OrderId, token.Value, cancellationToken) is not { } order) return PaymentResults.OrderNotFound();
        return await processor.ProcessAsync(order, request, key, declined: () => declines.Count(context), cancellationToken);
    }

    static ProblemHttpResult? Check(ProcessPaymentRequest request, AllowedOrigins origins) =>
        PaymentMethodId().IsMatch(request.PaymentMethod)
            ? Check(request.ReturnUrl, origins)
            : ApiProblem.Unprocessable(
                ProblemCodes.InvalidPaymentMethod,
                "paymentMethod must be the id of a Stripe payment method, pm_…. Card numbers are not accepted.");

    static ProblemHttpResult? Check(string? returnUrl, AllowedOrigins origins) =>
        // Uri accepts control characters, but Stripe and Postgres do not.
        returnUrl is null
            || (!returnUrl.Any(char.IsControl) && Uri.TryCreate(returnUrl, UriKind.Absolute, out var url) && origins.Allows(url))
            ? null
            : ApiProblem.Unprocessable(
                ProblemCodes.InvalidReturnUrl, "returnUrl must be an absolute URL of an origin in Clients:AllowedOrigins.");

    [GeneratedRegex(@"^(pm|card|src)_[A-Za-z0-9_]{1,250}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PaymentMethodId();
}
