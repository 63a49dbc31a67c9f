using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace PaymentFlow.ServiceDefaults;

/// <summary>
/// Answers a body that says it is too large at once, and then lets the client finish what it has begun to send: a connection
/// closed under its hands would eat the answer (RFC 9112, 9.6). Kestrel's own limit remains for bodies that do not say.
/// </summary>
static class BodyLimit
{
    const long MostThatIsDrained = 32 * 1024 * 1024;
    static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    public static void UseBodyLimit(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize
            ?? ApiDefaults.MaxRequestBodyBytes;
        if (context.Request.ContentLength is not { } length || length <= limit)
        {
            await next(context);
            return;
        }
        await ApiProblem.ForStatus(StatusCodes.Status413PayloadTooLarge).ExecuteAsync(context);
        await context.Response.CompleteAsync();
        // Whoever asked first (Expect: 100-continue) has heard the answer and sends nothing.
        if (length <= MostThatIsDrained && !context.Request.Headers.ContainsKey(HeaderNames.Expect)) await DrainAsync(context);
    });

    static async Task DrainAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostThatIsDrained;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(DrainPatience);
        try
        {
            await context.Request.Body.CopyToAsync(Stream.Null, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Too slow, or gone: it has had its chance.
        }
    }
}
