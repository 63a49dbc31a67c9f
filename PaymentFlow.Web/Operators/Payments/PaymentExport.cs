using PaymentFlow.Web.Components;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Payments;

/// <summary>The payments that the page shows, on all its pages, as CSV. They stream from PaymentApi through Web.</summary>
static class PaymentExport
{
    public static void MapPaymentExport(this IEndpointRouteBuilder app) =>
        app.MapGet("/operator/payments/export", ExportAsync).RequireAuthorization();

    static async Task ExportAsync(HttpContext context, PaymentListClient payments)
    {
        try
        {
            await payments.ExportAsync(PaymentQuery.Of(context.Request), context.User, context.Response, context.RequestAborted);
        }
        catch (ServiceUnavailableException) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = ErrorPages.RetryAfterSeconds;
        }
    }
}
