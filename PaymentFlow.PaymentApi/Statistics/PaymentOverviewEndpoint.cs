using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.RollUps;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Statistics;

/// <summary><c>GET /statistics/payments</c>: the payments of a range of time, by currency.</summary>
static class PaymentOverviewEndpoint
{
    static readonly TimeSpan LongestByHour = TimeSpan.FromDays(32);

    public static void AddPaymentOverview(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PaymentOverviewStore>();
        builder.AddRollUp(PaymentRollUp.Rule);
    }

    public static void MapPaymentOverview(this IEndpointRouteBuilder app) =>
        app.MapGet("/statistics/payments", GetAsync).WithTags("Operators").WithName("PaymentOverview")
            .RequireAuthorization(Roles.Viewer)
            .WithSummary("The payments of a range of time, by currency, with the previous range of equal length.")
            .WithDescription($"""
                {StatisticsRange.Rules}

                `interval` is `day` (the default) or `hour` (for at most {LongestByHour.Days} days); `timeZone` is an IANA name, `UTC` by
                default. The buckets are the hours or days of that time zone. `currency` selects one currency.

                By the time at which it happened: `gross` is the amount of the payments that were paid, each at its first success, and
                `paid` is their number. `refunded` is by how much the refunded amounts rose: a refund counts when Stripe accepts it, and is
                subtracted when it fails later. `net` is `gross - refunded`. `declined` is the number of declined attempts, and `declines`
                has them by the issuer's decline code, else Stripe's error code.

                By the time of a payment's first attempt: `payments` is the number of payments that customers tried to make. It is the sum
                of `succeeded` (paid since, even if refunded), `failed` (the newest attempt was declined), `canceled` and `open` (no outcome
                yet). So these four can change afterwards. `successRate` is `succeeded / payments`, `attemptSuccessRate` is
                `paid / (paid + declined)`. Payments that were prepared and never tried are not counted.

                400 `malformed_request`; 401 `unauthorized`; 422 `invalid_filter`.
                """)
            .ProducesProblems(400, 401, 422, 503);

    static async Task<Results<Ok<PaymentOverview>, ProblemHttpResult>> GetAsync(
        PaymentOverviewStore store, TimeProvider time, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken,
        string interval = BucketBounds.Day, string timeZone = "UTC", string? currency = null)
    {
        var (range, problem) = StatisticsRange.Of(from, to, time.GetUtcNow());
        if (range is null) return problem!;
        if (interval is not (BucketBounds.Hour or BucketBounds.Day)) return Invalid("'interval' must be 'hour' or 'day'.");
        if (interval == BucketBounds.Hour && range.To - range.From > LongestByHour)
            return Invalid($"By hour the range must not be longer than {LongestByHour.Days} days.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) || !zone.HasIanaId)
            return Invalid("'timeZone' must be an IANA name, such as Europe/Berlin.");
        if (currency is not null && Currencies.Find(currency) is null) return Invalid("'currency' must be an ISO 4217 code in lower case.");

        var buckets = BucketBounds.Of(range.From, range.To, interval, zone);
        return TypedResults.Ok(new PaymentOverview(
            range.From, range.To, range.PreviousFrom, range.PreviousTo, interval, zone.Id,
            await store.ReadAsync(range, buckets, currency, cancellationToken)));
    }

    static ProblemHttpResult Invalid(string detail) => ApiProblem.Unprocessable(ProblemCodes.InvalidFilter, detail);
}
