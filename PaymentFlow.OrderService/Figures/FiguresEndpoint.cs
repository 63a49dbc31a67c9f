using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Figures;

/// <summary>For operators and our own services: how is it going?</summary>
static class FiguresEndpoint
{
    public static void AddFigures(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<OrderFiguresStore>();

    public static void MapFigures(this IEndpointRouteBuilder app) =>
        app.MapGet("/figures", GetAsync).WithTags("Operators")
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator, Roles.Service))
            .WithSummary("What waits, and what happened in each of the last 60 minutes")
            .WithDescription("`lag` is null when Kafka does not say how far the consumers are.")
            .ProducesProblem(401).ProducesProblem(503);

    static async Task<Ok<OrderFigures>> GetAsync(OrderFiguresStore figures, CancellationToken cancellationToken) =>
        TypedResults.Ok(await figures.ReadAsync(cancellationToken));
}
