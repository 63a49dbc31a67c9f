using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Rejects a request at once if its <c>Content-Length</c> is too large, and then reads the rest of the body: closing the connection
/// while the client sends could lose the answer (RFC 9112, 9.6). Kestrel's own limit covers bodies without <c>Content-Length</c>.
/// </summary>
static class BodyLimit
{
    const long MostThatIsDrained = 32 * 1024 * 1024;
    static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    public static void UseBodyLimit(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize
            ?? ApiDefaults.MaxRequestBodyBytes;
        // Without await: an open WebSocket would keep the method's state in memory.
        return context.Request.ContentLength is { } length && length > limit ? RefuseAsync(context, length) : next(context);
    });

    static async Task RefuseAsync(HttpContext context, long length)
    {
        await ApiProblem.ForStatus(StatusCodes.Status413PayloadTooLarge).ExecuteAsync(context);
        await context.Response.CompleteAsync();
        // A client that sent Expect: 100-continue has the answer and sends no body.
        if (length <= MostThatIsDrained && !context.Request.Headers.ContainsKey(HeaderNames.Expect)) await DrainAsync(context);
    }

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
            // The client was too slow or closed the connection.
        }
    }
}
