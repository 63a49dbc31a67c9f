using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Figures;

/// <summary>Current figures on payments, for operators and our own services.</summary>
static class FiguresEndpoint
{
    public static void AddFigures(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PaymentFiguresStore>();

    public static void MapFigures(this IEndpointRouteBuilder app) =>
        app.MapGet("/figures", GetAsync).WithTags("Operators").WithName("PaymentFigures")
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator, Roles.Service))
            .WithSummary("Waiting work, and the activity of each of the last 60 minutes.")
            .ProducesProblems(401, 503);

    static async Task<Ok<PaymentFigures>> GetAsync(PaymentFiguresStore figures, CancellationToken cancellationToken) =>
        TypedResults.Ok(await figures.ReadAsync(cancellationToken));
}
