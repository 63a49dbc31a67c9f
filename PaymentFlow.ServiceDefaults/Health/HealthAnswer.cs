using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PaymentFlow.ServiceDefaults.Health;

/// <summary>
/// The body of <c>/health</c>: the status, then one line per unhealthy check. Exception messages are left out, because Aspire's
/// Postgres check uses the driver's message as its description, and that message names hosts and users.
/// </summary>
static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Join('\n', [$"{report.Status}", .. report.Entries
            .Where(check => check.Value.Status != HealthStatus.Healthy)
            .Select(check => $"{check.Key}: {WordsOf(check.Value)}")]), context.RequestAborted);
    }

    static string WordsOf(HealthReportEntry check) =>
        check.Description is { } words && words != check.Exception?.Message ? words : $"{check.Status}";
}
