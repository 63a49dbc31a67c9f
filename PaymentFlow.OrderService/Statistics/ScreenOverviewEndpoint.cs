using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Persistence.RollUps;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Statistics;

/// <summary><c>GET /statistics/screens</c>: how long it took from Stripe's answer to the screen.</summary>
static class ScreenOverviewEndpoint
{
    public static void AddScreenOverview(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ScreenOverviewStore>();
        builder.AddRollUp(ScreenRollUp.Rule);
    }

    public static void MapScreenOverview(this IEndpointRouteBuilder app) =>
        app.MapGet("/statistics/screens", GetAsync).WithTags("Operators").WithName("ScreenOverview").RequireAuthorization(Roles.Viewer)
            .WithSummary("How long it took from Stripe's yes to the screen, for the orders paid in a range of time.")
            .WithDescription($"""
                {StatisticsRange.Rules}

                Stripe's yes is the time in the event: PaymentApi's clock when Stripe's answer arrived. The screen is the first of the
                order's screens: the clock of the instance that wrote the frame to its socket or event stream, or of Web when the page's
                circuit had the new state. The way from there to the browser is not part of it. An order belongs to the range by the
                time of Stripe's yes.

                `paid` is the sum of `shown`, `shownLater` and `neverShown`. A screen that is open gets a change within 15 s after it was
                applied. An order first shown more than 30 s after that was not being watched; it is in `shownLater` and not in the times.
                `medianMs` and `p99Ms` are milliseconds, exact to 2.5 %, over the orders in `shown`; null if there are none. Orders paid
                before this call was installed are not counted.

                400 `malformed_request`; 401 `unauthorized`; 422 `invalid_filter`.
                """)
            .ProducesProblems(400, 401, 422, 503);

    static async Task<Results<Ok<ScreenOverview>, ProblemHttpResult>> GetAsync(
        ScreenOverviewStore store, TimeProvider time, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (range, problem) = StatisticsRange.Of(from, to, time.GetUtcNow());
        return range is null ? problem! : TypedResults.Ok(await store.ReadAsync(range, cancellationToken));
    }
}
