using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using PaymentFlow.OrderService.Notes;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.Persistence.Database;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.PersonalData;

/// <summary>The stored data that may tell something about an order's customer. docs/personal-data.md says why.</summary>
/// <param name="Reference">The merchant's own order number. It stays, because the books refer to it.</param>
/// <param name="Description">The merchant's text; absent after it was erased.</param>
/// <param name="CustomerEmail">For Stripe's receipt; absent after it was erased or pruned.</param>
/// <param name="Metadata">The merchant's own data; absent after it was erased.</param>
/// <param name="ReturnUrl">In the merchant's shop; absent after it was erased.</param>
/// <param name="CancelUrl">In the merchant's shop; absent after it was erased.</param>
/// <param name="Notes">What operators wrote about the order, newest first; empty after they were erased.</param>
public sealed record OrderPersonalData(
    Guid OrderId, string Reference, string? Description, IReadOnlyList<OrderItem> Items, DateTimeOffset CreatedAt,
    string? CustomerEmail, IReadOnlyDictionary<string, string>? Metadata, string? ReturnUrl, string? CancelUrl,
    IReadOnlyList<OrderNote> Notes);

/// <summary>For operators: exports and erases the personal data of one order. PaymentApi does the same for its payment.</summary>
static class PersonalDataEndpoints
{
    public static void MapPersonalData(this IEndpointRouteBuilder app)
    {
        var data = app.MapGroup("/orders/{id:guid}/personal-data").WithTags("Operators").RequireAuthorization(Roles.Operator);
        data.MapGet("", ExportAsync).WithSummary("What is stored that may tell something about the order's customer")
            .WithDescription("The call is recorded. 401 `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`.")
            .ProducesProblems(401, 403, 404, 503);
        data.MapDelete("", EraseAsync).WithSummary("Erase what may tell something about the order's customer")
            .WithDescription("""
                Erases the description, the e-mail address, the metadata, the URLs, the checkout link and the operators' notes. The books
                stay: amounts, items, times, status and the merchant's reference. The call is recorded and may be repeated. 401
                `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`.
                """)
            .ProducesProblems(401, 403, 404, 503);
    }

    static async Task<Results<Ok<OrderPersonalData>, ProblemHttpResult>> ExportAsync(
        Guid id, HttpContext context, OrderStore orders, NoteStore notes, OperatorActionStore actions, CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(id, cancellationToken) is not { } order) return ApiProblem.NotFound("There is no such order.");
        await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(context), "order.export", id.ToString()), cancellationToken);
        return TypedResults.Ok(new OrderPersonalData(id, order.Reference, order.Description, order.Items, order.CreatedAt,
            order.CustomerEmail, order.Metadata, order.ReturnUrl, order.CancelUrl,
            await notes.ListAsync(id, after: null, limit: int.MaxValue, cancellationToken)));
    }

    static async Task<Results<NoContent, ProblemHttpResult>> EraseAsync(
        Guid id, HttpContext context, OrderStore orders, NoteStore notes, OperatorActionStore actions, NpgsqlDataSource dataSource,
        CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(id, cancellationToken) is null) return ApiProblem.NotFound("There is no such order.");
        await actions.RecordAsync(new OperatorAction(OperatorIdentity.Of(context), "order.erase", id.ToString()), cancellationToken);
        await using var command = dataSource.CreateCommand("""
            UPDATE orders SET description = NULL, customer_email = NULL, metadata = NULL, return_url = NULL, cancel_url = NULL,
                checkout_hash = NULL
            WHERE id = $1
            """).With(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await notes.EraseAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }
}
