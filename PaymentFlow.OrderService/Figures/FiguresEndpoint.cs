using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Figures;

/// <summary><c>GET /figures</c>, for operators and PaymentFlow's services: the service's workload and recent activity.</summary>
static class FiguresEndpoint
{
    public static void AddFigures(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<OrderFiguresStore>();

    public static void MapFigures(this IEndpointRouteBuilder app) =>
        app.MapGet("/figures", GetAsync).WithTags("Operators")
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator, Roles.Service))
            .WithSummary("Waiting work, and the activity of each of the last 60 minutes")
            .WithDescription("`lag` is null when Kafka does not report the consumer group's offsets.")
            .ProducesProblem(401).ProducesProblem(503);

    static async Task<Ok<OrderFigures>> GetAsync(OrderFiguresStore figures, CancellationToken cancellationToken) =>
        TypedResults.Ok(await figures.ReadAsync(cancellationToken));
}
