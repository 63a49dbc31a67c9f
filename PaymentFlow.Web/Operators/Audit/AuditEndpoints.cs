using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Audit;

/// <summary>The audit log's file, and the way from a payment's id to its page.</summary>
static class AuditEndpoints
{
    static readonly string[] Columns = ["at", "service", "actor", "address", "action", "target", "details"];

    public static void AddAudit(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<AuditTrail>();

    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup("/operator/audit").RequireAuthorization();
        audit.MapGet("/export", ExportAsync);
        audit.MapGet("/payments/{id:guid}", FindPaymentAsync);
    }

    static async Task<Results<PushStreamHttpResult, StatusCodeHttpResult>> ExportAsync(
        HttpContext context, AuditTrail trail, string? who = null, string? what = null, string? target = null, string? from = null,
        string? to = null)
    {
        var filter = AuditFilter.Of(who, what, target, from, to, ReaderZone.Of(context.Request));
        // Asks before the file begins, because a file that breaks off is no good answer to a service's outage.
        var first = await trail.ReadAsync(filter, new(null, null), limit: 1, context.User, context.RequestAborted);
        return first.Away.Count > 0
            ? TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable)
            : CsvFile.Of("audit.csv", Columns, trail.AllAsync(filter, context.User, context.RequestAborted).Select(Row));
    }

    static string?[] Row(AuditLine line) =>
    [
        CsvFile.Time(line.Action.At), line.Service, line.Action.Actor, line.Action.Address, line.Action.Action, line.Action.Target,
        line.Action.Details?.GetRawText(),
    ];

    static async Task<Results<RedirectHttpResult, StatusCodeHttpResult>> FindPaymentAsync(
        Guid id, HttpContext context, AuditTrail trail)
    {
        try
        {
            return await trail.OrderOfAsync(id, context.User, context.RequestAborted) is { } order
                ? TypedResults.LocalRedirect($"/operator/orders/{order}")
                : TypedResults.StatusCode(StatusCodes.Status404NotFound);
        }
        catch (ServiceUnavailableException)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }
}
