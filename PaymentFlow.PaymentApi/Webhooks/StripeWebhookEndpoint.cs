using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.ServiceDefaults;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// <c>POST /stripe/webhooks</c>: 200 only when the event's id is stored or the event is not ours; 400 on a bad or stale signature.
/// The body is not trusted: it only names the PaymentIntent to read from Stripe.
/// </summary>
static partial class StripeWebhookEndpoint
{
    // Stripe's own tolerance, in both directions: https://docs.stripe.com/webhooks#verify-official-libraries
    const long ToleranceSeconds = 300;
    const int MaxBodyBytes = 512 * 1024;

    public static void MapStripeWebhooks(this IEndpointRouteBuilder app) =>
        app.MapPost("/stripe/webhooks", Receive).WithTags("Webhooks").WithName("StripeWebhook")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            // Webhooks must get in even when requests that wait for Stripe use up the concurrency limit.
            .DisableRateLimiting()
            .WithSummary("Stripe's webhook endpoint.");

    static async Task<Results<Ok, ProblemHttpResult>> Receive(
        HttpRequest request, StripeOptions options, StripeEventInbox inbox, TimeProvider time, ILogger<StripeEventInbox> logger,
        CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(cancellationToken);
        if (!IsSigned(body, request.Headers["Stripe-Signature"].ToString(), options.WebhookSecrets, time))
        {
            return ApiProblem.Create(
                ProblemCodes.InvalidSignature, StatusCodes.Status400BadRequest, "The request is malformed",
                "Stripe-Signature is missing, stale, or not made with a secret of this endpoint.");
        }
        // Most events do not concern us. Reading only the type first saves the deserialization, the most expensive part of a webhook.
        if (!StripeEventFilter.Types.Contains(TypeOf(body))) return TypedResults.Ok();
        var stripeEvent = EventUtility.ParseEvent(body, throwOnApiVersionMismatch: false);
        if (stripeEvent.Livemode != options.IsLiveKey)
        {
            Log.WrongMode(logger, stripeEvent.Id, stripeEvent.Livemode);
            return TypedResults.Ok();
        }
        await inbox.TakeAsync(stripeEvent, cancellationToken);
        return TypedResults.Ok();
    }

    static bool IsSigned(string body, string signature, IReadOnlyList<string> secrets, TimeProvider time)
    {
        foreach (var secret in secrets)
        {
            try
            {
                EventUtility.ValidateSignature(body, signature, secret, ToleranceSeconds, time.GetUtcNow().ToUnixTimeSeconds());
                return true;
            }
            catch (StripeException)
            {
                // Not signed with this secret. While secrets are being replaced, the next one may match.
            }
        }
        return false;
    }

    static string TypeOf(string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("type").GetString()!;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Ignored {EventId}: its livemode {LiveMode} does not match our key")]
        public static partial void WrongMode(ILogger logger, string eventId, bool liveMode);
    }
}
