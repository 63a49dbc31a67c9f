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
public sealed class DeclineLimit(IConfiguration configuration) : IDisposable
{
    static readonly Counter<long> RefusedPayments = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.payments.refused_after_declines", "{payment}", "Payments refused because their client had too many declines");

    static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);

    readonly PartitionedRateLimiter<string> _declines = PartitionedRateLimiter.CreateChained(
        AddressLimit.Create(configuration, "declines", permits: 10, TimeSpan.FromHours(1)),
        AddressLimit.Create(configuration, "declines-per-day", permits: 30, TimeSpan.FromDays(1)));

    /// <summary>Whether the client has reached a limit, and how long it should wait then.</summary>
    /// <param name="client">The result of <see cref="ClientAddress.OfCustomer"/>; null is not limited.</param>
    public bool IsReached(string? client, out TimeSpan wait)
    {
        wait = ShortestWait;
        if (client is null) return false;
        // No permit is taken. The lease only tells whether there is one.
        using var lease = _declines.AttemptAcquire(client, permitCount: 0);
        if (lease.IsAcquired) return false;
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > wait) wait = after;
        return true;
    }

    /// <summary>Counts a declined payment of the client.</summary>
    public void Count(string? client)
    {
        if (client is not null) _declines.AttemptAcquire(client).Dispose();
    }

    /// <summary>429 <c>too_many_declines</c> with <c>Retry-After</c>.</summary>
    public static ProblemHttpResult Refusal(HttpContext context, TimeSpan wait)
    {
        RefusedPayments.Add(1);
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ApiProblem.Create(ProblemCodes.TooManyDeclines, StatusCodes.Status429TooManyRequests, "Too many declined payments",
            "Too many payments from this address were declined. This request charged nothing; try again later.");
    }

    public void Dispose() => _declines.Dispose();
}
