using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults.Http;

public static class HeadRequests
{
    static readonly object Mark = new();

    /// <summary>
    /// Answers HEAD like GET, without a body (RFC 9110, 9.3.2). Endpoints that are mapped for GET would answer 405 or 404. Kestrel
    /// remembers the method that was sent and never sends a body to HEAD. Call it first.
    /// </summary>
    public static void UseHeadAsGet(this IApplicationBuilder app) => app.Use((context, next) =>
        // Without await: an open WebSocket would keep the method's state in memory.
        HttpMethods.IsHead(context.Request.Method) ? AsGetAsync(context, next) : next(context));

    static async Task AsGetAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Method = HttpMethods.Get;
        context.Items[Mark] = true;
        try
        {
            await next(context);
        }
        finally
        {
            // Metrics and logs name the method that was sent.
            context.Request.Method = HttpMethods.Head;
        }
    }

    /// <summary>
    /// Whether the client sent HEAD, which <see cref="UseHeadAsGet"/> has replaced. An endpoint whose body has no end must then write none.
    /// </summary>
    public static bool IsHead(this HttpContext context) => context.Items.ContainsKey(Mark);
}
