using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.ServiceDefaults;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// <c>POST /stripe/webhooks</c>: 200 only when the event's id is stored or the event is not ours; 400 on a bad or stale signature, or on
/// a body that is no event. The body is not trusted: it only names the PaymentIntent to read from Stripe.
/// </summary>
static partial class StripeWebhookEndpoint
{
    // Stripe's own tolerance, in both directions: https://docs.stripe.com/webhooks#verify-official-libraries
    const long ToleranceSeconds = 300;
    const int MaxBodyBytes = 512 * 1024;

    static readonly Counter<long> MalformedWebhooks = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.webhooks.malformed", "{webhook}", "Webhooks with a valid signature that could not be read");

    public static void MapStripeWebhooks(this IEndpointRouteBuilder app) =>
        app.MapPost("/stripe/webhooks", Receive).WithTags("Webhooks").WithName("StripeWebhook")
            .AcceptsCredentials(ApiCredentials.StripeSignature)
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            // Webhooks must get in even when requests that wait for Stripe use up the concurrency limit.
            .DisableRateLimiting()
            .WithSummary("Stripe's webhook endpoint.")
            .ProducesProblems(400, 413, 503);

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
        if (StripeEvent.NamesIn(body) is not { } names) return Malformed(null, logger);
        // Most events do not concern us. Their objects are not read.
        if (!StripeEventInbox.Types.Contains(names.Type)) return TypedResults.Ok();
        if (StripeEvent.From(body) is not { } stripeEvent) return Malformed(names.Id, logger);
        if (stripeEvent.LiveMode != options.IsLiveKey)
        {
            Log.WrongMode(logger, stripeEvent.Id, stripeEvent.LiveMode);
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
            catch (Exception e) when (e is StripeException or FormatException or OverflowException)
            {
                // Not signed with this secret, or the header's time is no number. While secrets are being replaced, the next one may match.
            }
        }
        return false;
    }

    static ProblemHttpResult Malformed(string? eventId, ILogger logger)
    {
        MalformedWebhooks.Add(1);
        Log.Malformed(logger, eventId ?? "without a valid id and type");
        return ApiProblem.Malformed("The body is signed, but it has no valid id, type or object.");
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Ignored {EventId}: its livemode {LiveMode} does not match our key")]
        public static partial void WrongMode(ILogger logger, string eventId, bool liveMode);

        [LoggerMessage(LogLevel.Warning, "Refused event {EventId}: it is signed by Stripe but does not have the form of an event")]
        public static partial void Malformed(ILogger logger, string eventId);
    }
}
