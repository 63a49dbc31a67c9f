using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Cancellation;

/// <summary>
/// PaymentApi decides whether an order can be canceled, because that cancels its payment. OrderService only stores whether the
/// customer or an operator asked. The order itself changes when the payment event arrives.
/// </summary>
static partial class CancellationEndpoint
{
    const string RateLimit = "cancel";
    const int RetryAfterSeconds = 5;

    /// <summary>Longer than PaymentApi waits for Stripe (20 s, one retry), so that PaymentApi's answer arrives in time.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static void AddCancellation(this IHostApplicationBuilder builder)
    {
        var serviceKey = builder.Configuration["Services:Key"];
        var client = builder.Services.AddHttpClient<PaymentClient>(http =>
        {
            http.BaseAddress = new Uri("http://payment-api");
            http.DefaultRequestHeaders.Add(RequestHeaders.ServiceKey, serviceKey);
            http.Timeout = Timeout;
        });
        // The standard handlers would cut this long call off or repeat it.
#pragma warning disable EXTEXP0001 // Experimental. The stable way is to repeat the defaults for every other client.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.AddRateLimit(RateLimit, permits: 30, window: TimeSpan.FromMinutes(1));
    }

    public static void MapCancellation(this IEndpointRouteBuilder app) =>
        app.MapPost("/orders/{id:guid}/cancel", CancelAsync).RequireRateLimiting(RateLimit).WithTags("Orders")
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Operator)
            .WithSummary("Cancel an unpaid order permanently")
            .WithDescription("""
                For the order's customer or an operator. 200: the order is canceled, now or earlier, and can no longer be paid. The
                returned order may still show the previous status; the new status follows by push within moments. Problem codes: 401
                `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`; 409 `already_paid`, `confirmation_in_flight`; 429
                `rate_limited`; 503 with `Retry-After` (`stripe_unavailable`, `payment_api_unavailable`…): send the request again, which
                is safe.
                """)
            .ProducesProblems(401, 403, 404, 409, 429, 503);

    static async Task<Results<Ok<OrderResponse>, ProblemHttpResult>> CancelAsync(
        Guid id, HttpContext context, OrderAccess access, OrderStore orders, PaymentClient payments, OperatorActionStore actions,
        ILogger<PaymentClient> logger, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var token = BearerToken.Of(context.Request);
        // A service key is not enough: a service must forward the customer's token or use the operator key.
        if (KeyHolder.IsViewerOnly(context)) return ApiProblem.ViewerCannotAct();
        if (token is null && !KeyHolder.Is(context, Roles.Operator)) return OrderAccess.NoToken(context);
        var (order, refusal) = await access.FindAsync(context, id, token, cancellationToken);
        if (order is null) return refusal!;
        if (token is null)
            await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(context), "order.cancel", id.ToString()), cancellationToken);

        await orders.NoteCancelRequestAsync(id, token is null ? CancelReasons.Operator : CancelReasons.Customer, cancellationToken);
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
            return ApiProblem.Create(ProblemCodes.PaymentApiUnavailable, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
                "The payment service did not answer. Read the order to see whether it is canceled, or cancel it again, which is safe.");
        }

        // Read the order again: the event may have been applied meanwhile.
        return TypedResults.Ok(OrderResponse.From(await orders.FindAsync(id, cancellationToken) ?? order));
    }

    static void SayWhenToRetry(HttpContext context) =>
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not cancel order {OrderId}, because PaymentApi did not answer: {Reason}")]
        public static partial void Unanswered(ILogger logger, Guid orderId, string reason);
    }
}
