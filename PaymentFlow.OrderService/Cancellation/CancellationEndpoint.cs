using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Messaging.Audit;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Cancellation;

/// <summary>
/// Canceling an order is canceling its payment, and so PaymentApi's to decide. Here is only noted who asked: the order itself
/// changes, as ever, by the event.
/// </summary>
static partial class CancellationEndpoint
{
    const string RateLimit = "cancel";
    const int RetryAfterSeconds = 5;

    /// <summary>Longer than PaymentApi waits for Stripe (20 s, one retry), so that its answer is heard.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void AddCancellation(this IHostApplicationBuilder builder)
    {
        var serviceKey = builder.Configuration["Services:Key"];
        var client = builder.Services.AddHttpClient<PaymentClient>(http =>
        {
            http.BaseAddress = new Uri("http://payment-api");
            http.DefaultRequestHeaders.Add("X-Service-Key", serviceKey);
            http.Timeout = Patience;
        });
        // Not cut off early, or repeated, by a handler that does not know what the call waits for.
#pragma warning disable EXTEXP0001 // Experimental; the stable way would be to write the defaults out again for every other client.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.AddRateLimit(RateLimit, permits: 30, window: TimeSpan.FromMinutes(1));
    }

    public static void MapCancellation(this IEndpointRouteBuilder app) =>
        app.MapPost("/orders/{id:guid}/cancel", CancelAsync).RequireRateLimiting(RateLimit).WithTags("Orders")
            .WithSummary("Cancel the order for good, while it is not paid")
            .WithDescription("""
                For the order's customer or an operator. 200: it is canceled, now or before, and can't be paid any more; the order
                answered may still show the status from before, which changes within moments, by push. Codes of the problems: 401
                `unauthorized`; 404 `not_found`; 409 `already_paid`, `confirmation_in_flight`; 429 `rate_limited`; 503 with
                `Retry-After` (`stripe_unavailable`, `payment_api_unavailable`…): repeat it, which is harmless.
                """)
            .ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(429).ProducesProblem(503);

    static async Task<Results<Ok<OrderResponse>, ProblemHttpResult>> CancelAsync(
        Guid id, HttpContext context, OrderAccess access, OrderStore orders, PaymentClient payments, OperatorActionStore actions,
        ILogger<PaymentClient> logger, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var token = BearerToken.Of(context.Request);
        // A service passes its caller's wish on; it has none of its own.
        if (token is null && !context.User.IsInRole(Roles.Operator))
            return OrderAccess.NoToken(context);
        var (order, refusal) = await access.FindAsync(context, id, token, cancellationToken);
        if (order is null) return refusal!;
        if (token is null)
            await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(context), "order.cancel", id.ToString()), cancellationToken);

        await orders.NoteCancelRequestAsync(id, token is null ? Order.Operator : Order.Customer, cancellationToken);
        try
        {
            if (await payments.CancelAsync(id, cancellationToken) is { } problem)
            {
                if (problem.StatusCode == StatusCodes.Status409Conflict) await orders.NoteCancelRequestAsync(id, null, cancellationToken);
                if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable) SayWhenToRetry(context);
                return problem;
            }
        }
        catch (PaymentApiUnavailableException e)
        {
            Log.Unanswered(logger, id, e.InnerException!.Message);
            SayWhenToRetry(context);
            return ApiProblem.Create("payment_api_unavailable", StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
                "The payment service did not answer. Whether the order is canceled is told by the order; asking again is harmless.");
        }

        // Once more, because the event may have been here in the meantime.
        return TypedResults.Ok(OrderResponse.From(await orders.FindAsync(id, cancellationToken) ?? order));
    }

    static void SayWhenToRetry(HttpContext context) =>
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Order {OrderId} was to be canceled, but PaymentApi did not answer: {Reason}")]
        public static partial void Unanswered(ILogger logger, Guid orderId, string reason);
    }
}
