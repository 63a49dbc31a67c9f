using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Figures;

/// <summary>For operators and our own services: how is it going?</summary>
static class FiguresEndpoint
{
    public static void AddFigures(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PaymentFiguresStore>();

    public static void MapFigures(this IEndpointRouteBuilder app) =>
        app.MapGet("/figures", GetAsync).WithTags("Operators").WithName("PaymentFigures")
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator, Roles.Service))
            .WithSummary("What waits, and what happened in each of the last 60 minutes.")
            .ProducesProblems(401, 503);

    static async Task<Ok<PaymentFigures>> GetAsync(PaymentFiguresStore figures, CancellationToken cancellationToken) =>
        TypedResults.Ok(await figures.ReadAsync(cancellationToken));
}
