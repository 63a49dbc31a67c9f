using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace Shop;

/// <summary>Receives events by HTTP. This is the default.</summary>
static partial class WebhookEvents
{
    public const string Path = "/paymentflow-events";

    public static void MapWebhookEvents(this IEndpointRouteBuilder app) =>
        app.MapPost(Path, ReceiveAsync).WithMetadata(new RequestSizeLimitAttribute(64 * 1024));

    /// <summary>
    /// Answers 2xx when the event is handled, and within 10 s, or PaymentFlow sends it again. Shipping takes no time here. A real shop
    /// stores the event, answers, and ships afterwards.
    /// </summary>
    static async Task<IResult> ReceiveAsync(
        HttpRequest request, WebhookEndpoint endpoint, Fulfilment fulfilment, TimeProvider time, ILogger<Fulfilment> logger,
        CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body, cancellationToken);
        // Not registered yet: PaymentFlow tries again.
        if (endpoint.Secrets is not { Count: > 0 } secrets) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        // Everybody can call this address. Without the signature, everybody could have goods shipped.
        if (!WebhookSignature.IsValid(secrets, request.Headers, body.ToArray(), time.GetUtcNow()))
        {
            Log.Forged(logger);
            return Results.Unauthorized();
        }
        body.Position = 0;
        using var webhook = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        fulfilment.Handle(
            request.Headers["webhook-id"].ToString(), webhook.RootElement.GetProperty("type").GetString()!,
            webhook.RootElement.GetProperty("data"));
        return Results.NoContent();
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Refused a webhook that PaymentFlow has not signed, or that is too old")]
        public static partial void Forged(ILogger logger);
    }
}
