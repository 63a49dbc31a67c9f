using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PaymentFlow.ServiceDefaults;

/// <summary>The body of <c>/health</c>: the status, then a line for each check that is not well. Our own words only, no error's.</summary>
static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Join('\n', [$"{report.Status}", .. report.Entries
            .Where(check => check.Value.Status != HealthStatus.Healthy)
            .Select(check => $"{check.Key}: {check.Value.Description ?? $"{check.Value.Status}"}")]), context.RequestAborted);
    }
}
