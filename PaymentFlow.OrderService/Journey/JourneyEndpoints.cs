using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Journey;

/// <summary>An order in its present state, and every known step of its history, oldest first.</summary>
public sealed record OrderJourney(OrderResponse Order, IReadOnlyList<JourneyStep> Steps);

/// <summary>For operators: an order's journey. Between services: reports of the changes that were pushed to screens.</summary>
static class JourneyEndpoints
{
    const int MaxRecords = 1_000;

    public static void AddJourney(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OrderJourneyStore>();
        builder.Services.AddSingleton<OrderPushStore>();
        builder.Services.AddSingleton<IPushReceiptStore>(services => services.GetRequiredService<OrderPushStore>());
        builder.Services.AddSingleton<PushReceiptWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PushReceiptWriter>());
        builder.AddJourneyPruning();
    }

    public static void MapJourney(this IEndpointRouteBuilder app)
    {
        var operators = app.MapGroup("/orders").WithTags("Operators").RequireAuthorization(Roles.Viewer);
        operators.MapGet("/{id:guid}/journey", GetAsync).WithSummary("An order and every step of its journey through this service")
            .ProducesProblems(401, 404);
        operators.MapGet("/journey", FindAsync).WithSummary("An order's journey, by its reference")
            .ProducesProblems(400, 401, 404);
        app.MapPost("/orders/pushes", AddPushesAsync).WithTags("Between services").RequireAuthorization(Roles.Service)
            .WithSummary("Report which changes Web's pages have shown, and on how many pages")
            .ProducesProblems(400, 401, 413, 415, 422);
    }

    static async Task<Results<Ok<OrderJourney>, ProblemHttpResult>> GetAsync(
        Guid id, OrderStore orders, OrderJourneyStore journey, CancellationToken cancellationToken) =>
        await orders.FindAsync(id, cancellationToken) is { } order
            ? TypedResults.Ok(new OrderJourney(OrderResponse.From(order), await journey.StepsAsync(id, cancellationToken)))
            : ApiProblem.NotFound("There is no such order.");

    static async Task<Results<Ok<OrderJourney>, ProblemHttpResult>> FindAsync(
        string reference, OrderStore orders, OrderJourneyStore journey, CancellationToken cancellationToken) =>
        await journey.FindByReferenceAsync(reference, cancellationToken) is { } id
            ? await GetAsync(id, orders, journey, cancellationToken)
            : ApiProblem.NotFound("There is no order with this reference.");

    static async Task<Results<NoContent, ProblemHttpResult>> AddPushesAsync(
        IReadOnlyList<PushReceipt?> records, OrderPushStore pushes, CancellationToken cancellationToken)
    {
        if (records.Count > MaxRecords)
            return ApiProblem.Unprocessable(ProblemCodes.TooManyIds, $"Send at most {MaxRecords} records at once.");
        List<PushReceipt> complete = [.. records.OfType<PushReceipt>().DistinctBy(record => (record.OrderId, record.Version))];
        if (complete.Count < records.Count || complete.Exists(record => record.Version < 1 || record.Screens < 1))
            return ApiProblem.Malformed("A record is null, repeats an order and version, or has a version or number of screens below 1.");
        await pushes.AddAsync(OrderPushStore.Page, complete, cancellationToken);
        return TypedResults.NoContent();
    }
}
