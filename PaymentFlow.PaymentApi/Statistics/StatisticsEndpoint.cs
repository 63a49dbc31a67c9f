using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Statistics;

/// <summary>Current statistics on payments, for operators and our own services.</summary>
static class StatisticsEndpoint
{
    public static void AddStatistics(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PaymentStatisticsStore>();

    public static void MapStatistics(this IEndpointRouteBuilder app)
    {
        app.MapGet("/statistics", GetAsync).WithTags("Operators").WithName("PaymentStatistics")
            .RequireAuthorization(policy => policy.RequireRole(Roles.Viewer, Roles.Service))
            .WithSummary("Waiting work, and the activity of each of the last 60 minutes.")
            .ProducesProblems(401, 503);
        // The call's former name.
        app.MapGet("/figures", GetAsync)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Viewer, Roles.Service)).ExcludeFromDescription();
    }

    static async Task<Ok<PaymentStatistics>> GetAsync(PaymentStatisticsStore statistics, CancellationToken cancellationToken) =>
        TypedResults.Ok(await statistics.ReadAsync(cancellationToken));
}
