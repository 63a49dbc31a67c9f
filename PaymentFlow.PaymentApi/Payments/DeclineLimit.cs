using System.Diagnostics.Metrics;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Limits declined payments per client, across all orders: <c>RateLimits:declines</c> (10 per hour) and <c>RateLimits:declines-per-day</c>
/// (30 per day). Card testers try many stolen cards, one order per card, and most are declined. Payments that succeed are not counted.
/// </summary>
/// <remarks>
/// A decline counts when Stripe has answered, so requests that run at the same time can exceed the limit. <see cref="AddressLimit"/> bounds
/// their number.
/// </remarks>
sealed class DeclineLimit(IConfiguration configuration, PaymentStore store) : IEndpointFilter, IDisposable
{
    static readonly Counter<long> RefusedPayments = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.payments.refused_after_declines", "{payment}", "Payments refused because their client had too many declines");

    static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);

    readonly PartitionedRateLimiter<string> _declines = PartitionedRateLimiter.CreateChained(
        AddressLimit.Create(configuration, "declines", permits: 10, TimeSpan.FromHours(1)),
        AddressLimit.Create(configuration, "declines-per-day", permits: 30, TimeSpan.FromDays(1)));

    /// <summary>
    /// Answers 429 <c>too_many_declines</c> with <c>Retry-After</c> to a client that has reached a limit.
    /// </summary>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var client = ClientAddress.OfCustomer(invocation.HttpContext);
        return client is not null && IsReached(client, out var wait) && !await IsRepeatAsync(invocation)
            ? Refusal(invocation.HttpContext, wait)
            : await next(invocation);
    }

    /// <summary>Counts a declined payment of the request's client. A client that our own service does not state is not limited.</summary>
    public void Count(HttpContext context)
    {
        if (ClientAddress.OfCustomer(context) is { } client) _declines.AttemptAcquire(client).Dispose();
    }

    bool IsReached(string client, out TimeSpan wait)
    {
        wait = ShortestWait;
        // No permit is taken. The lease only tells whether there is one.
        using var lease = _declines.AttemptAcquire(client, permitCount: 0);
        if (lease.IsAcquired) return false;
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > wait) wait = after;
        return true;
    }

    /// <summary>
    /// Whether an earlier request to pay this order had the same key. A repeat tries no card, so it is answered as always.
    /// </summary>
    async Task<bool> IsRepeatAsync(EndpointFilterInvocationContext invocation) =>
        invocation.HttpContext.Request.Headers[RequestHeaders.IdempotencyKey] is [{ } key]
        && invocation.Arguments.OfType<ProcessPaymentRequest>().SingleOrDefault() is { } request
        && await store.FindByOrderAsync(request.OrderId, invocation.HttpContext.RequestAborted) is { } payment
        && await store.FindAttemptAsync(payment.Id, key, invocation.HttpContext.RequestAborted) is not null;

    static ProblemHttpResult Refusal(HttpContext context, TimeSpan wait)
    {
        RefusedPayments.Add(1);
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ApiProblem.Create(ProblemCodes.TooManyDeclines, StatusCodes.Status429TooManyRequests, "Too many declined payments",
            "Too many payments from this address were declined. This request charged nothing; try again later.");
    }

    public void Dispose() => _declines.Dispose();
}
