using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Notes;

/// <summary>Operators' notes on an order. Viewers read them, operators write them.</summary>
static class NotesEndpoints
{
    const int MaxNotes = 200;

    public static void AddNotes(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<NoteStore>();
        NoteStore.AddPruning(builder);
    }

    public static void MapNotes(this IEndpointRouteBuilder app)
    {
        var notes = app.MapGroup("/orders/{id:guid}/notes").WithTags("Operators");
        notes.MapGet("", ListAsync).RequireAuthorization(Roles.Viewer).WithSummary("The operators' notes on an order, newest first")
            .WithDescription($"""
                `limit` is 1 to {MaxNotes}, 50 by default. `after` is `next` of the previous page. 400 `malformed_request`; 401
                `unauthorized`; 404 `not_found`; 422 `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 404, 422, 503);
        notes.MapPost("", AddAsync).RequireAuthorization(Roles.Operator).WithSummary("Write a note on an order")
            .WithDescription($"""
                Plain text with 1 to {NoteRules.MaxLength} characters. A repeat adds a second note. The call is recorded, without the text.
                400 `malformed_request`; 401 `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`; 422 `invalid_note`.
                """)
            .ProducesProblems(400, 401, 403, 404, 413, 415, 422, 503);
    }

    static async Task<Results<Ok<OrderNotePage>, ProblemHttpResult>> ListAsync(
        Guid id, OrderStore orders, NoteStore store, CancellationToken cancellationToken, Guid? after = null, int limit = 50)
    {
        if (limit is < 1 or > MaxNotes)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxNotes}.");
        if (await orders.FindAsync(id, cancellationToken) is null) return ApiProblem.NotFound("There is no such order.");
        // Read one more to see whether there is a next page.
        var notes = await store.ListAsync(id, after, limit + 1, cancellationToken);
        return TypedResults.Ok(new OrderNotePage([.. notes.Take(limit)], notes.Count > limit ? notes[limit - 1].Id : null));
    }

    static async Task<Results<Created<OrderNote>, ProblemHttpResult>> AddAsync(
        Guid id, AddNoteRequest request, HttpContext context, OrderStore orders, NoteStore store, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        var (text, problem) = NoteRules.Check(request.Text);
        if (problem is not null) return problem;
        if (await orders.FindAsync(id, cancellationToken) is null) return ApiProblem.NotFound("There is no such order.");
        var author = OperatorIdentity.Of(context);
        // Without the text: the record cannot be erased, and a note may tell something about the customer.
        await actions.RecordAsync(new OperatorAction(author, "order.note", id.ToString()), cancellationToken);
        return TypedResults.Created((string?)null, await store.AddAsync(id, author.Name, text, cancellationToken));
    }
}
