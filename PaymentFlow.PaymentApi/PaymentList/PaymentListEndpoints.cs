using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary><c>GET /payments</c> and <c>GET /payments/export</c>: all payments, newest first, for operators and viewers.</summary>
static class PaymentListEndpoints
{
    const int MaxPayments = 100;

    static readonly string MaxCounted = PaymentListStore.MaxCounted.ToString("N0", CultureInfo.InvariantCulture);

    // One text for both calls.
    const string Filters = """
        All filters are optional and apply together. `from` and `to` bound the time of creation (`from` included, `to` not). Amounts are in
        the minor unit of each payment's currency. `unknownOutcome=true` finds the payments whose attempt Stripe has not answered for ten
        seconds, `refunded=true` those that are refunded wholly or in part, `disputed=true` those that have or had a dispute; `false` finds
        all others. `orderId` can be repeated. `q` is an order's, a payment's or a PaymentIntent's id, the beginning of a reference, or
        words of the description; the beginning of a word is enough.
        """;

    public static void AddPaymentList(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PaymentListStore>();
        builder.Services.AddSingleton<PaymentExport>();
    }

    public static void MapPaymentList(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/payments").WithTags("Operators").RequireAuthorization(Roles.Viewer);
        payments.MapGet("", ListAsync).WithName("ListPayments").WithSummary("Payments, newest first.")
            .WithDescription($"""
                {Filters} `limit` is 1 to {MaxPayments}, 50 by default. `next`, if it is not null, goes into `after` to get the next page.
                The first page has the `total` of all pages. It is counted up to {MaxCounted}. Above, and for words that many payments have,
                it is estimated, and `totalIsEstimate` says so. 400 `malformed_request`; 401 `unauthorized`; 422 `invalid_filter`,
                `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 422, 503);
        payments.MapGet("/export", ExportAsync).WithName("ExportPayments").WithSummary("Payments as CSV, newest first.")
            .WithDescription($"""
                {Filters} The file is in UTF-8 and is sent while it is read. Amounts are in major and in minor units. A cell that a
                spreadsheet would take for a formula begins with an apostrophe. The call is recorded. 400 `malformed_request`; 401
                `unauthorized`; 422 `invalid_filter`.
                """)
            .Produces<string>(StatusCodes.Status200OK, "text/csv").ProducesProblems(400, 401, 422, 503);
    }

    static async Task<Results<Ok<PaymentPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] PaymentListQuery query, PaymentListStore store, CancellationToken cancellationToken, Guid? after = null,
        int limit = 50)
    {
        var (filter, problem) = PaymentFilter.Of(query);
        if (filter is null) return problem!;
        if (limit is < 1 or > MaxPayments)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxPayments}.");
        if (after is null) return TypedResults.Ok(await store.FirstAsync(filter, limit, cancellationToken));
        var (payments, next) = await store.NextAsync(filter, after, limit, cancellationToken);
        return TypedResults.Ok(new PaymentPage(payments, next));
    }

    static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        [AsParameters] PaymentListQuery query, HttpContext context, PaymentExport export, OperatorActionStore actions, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (filter, problem) = PaymentFilter.Of(query);
        if (filter is null) return problem!;
        var details = JsonSerializer.Serialize(
            context.Request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString()),
            PaymentApiJson.Default.DictionaryStringString);
        await actions.RecordAsync(
            new OperatorAction(OperatorIdentity.Of(context), "payments.export", "payments", details), cancellationToken);
        return CsvFile.Of(
            $"payments-{time.GetUtcNow():yyyy-MM-dd}.csv", PaymentExport.Columns, export.RowsAsync(filter, context.RequestAborted));
    }
}
