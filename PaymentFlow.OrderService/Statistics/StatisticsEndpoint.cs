using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Statistics;

/// <summary><c>GET /statistics</c>, for operators and PaymentFlow's services: the service's workload and recent activity.</summary>
static class StatisticsEndpoint
{
    public static void AddStatistics(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<OrderStatisticsStore>();

    public static void MapStatistics(this IEndpointRouteBuilder app)
    {
        app.MapGet("/statistics", GetAsync).WithTags("Operators")
            .RequireAuthorization(policy => policy.RequireRole(Roles.Viewer, Roles.Service))
            .WithSummary("Waiting work, and the activity of each of the last 60 minutes")
            .WithDescription("`lag` is null when Kafka does not report the consumer group's offsets.")
            .ProducesProblems(401, 503);
        // The call's former name.
        app.MapGet("/figures", GetAsync)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Viewer, Roles.Service)).ExcludeFromDescription();
    }

    static async Task<Ok<OrderStatistics>> GetAsync(OrderStatisticsStore statistics, CancellationToken cancellationToken) =>
        TypedResults.Ok(await statistics.ReadAsync(cancellationToken));
}
