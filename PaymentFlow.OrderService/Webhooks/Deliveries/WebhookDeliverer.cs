using System.Diagnostics;
using System.Security.Cryptography;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>Makes one try of a claimed delivery and stores its outcome.</summary>
sealed partial class WebhookDeliverer(
    WebhookSender sender, WebhookSecrets secrets, WebhookDeliveryStore store, WebhookOptions options, TimeProvider time,
    ILogger<WebhookDeliverer> logger) : IDisposable
{
    // Many tries may end at once. They must not take the connections of the orders.
    const int ConnectionsAtOnce = 2;

    readonly SemaphoreSlim _storing = new(ConnectionsAtOnce);

    /// <exception cref="OperationCanceledException">The try was broken off. The claim is still held.</exception>
    public async Task DeliverAsync(ClaimedDelivery claimed, CancellationToken cancellationToken)
    {
        using var span = PaymentFlowTelemetry.StartFrom(claimed.TraceParent, "webhook", ActivityKind.Client);
        span?.SetTag("messaging.message.id", claimed.EventId).SetTag("paymentflow.order_id", claimed.OrderId)
            .SetTag("paymentflow.webhook_endpoint_id", claimed.EndpointId);
        var outcome = await SendAsync(claimed, cancellationToken);
        span?.SetTag("http.response.status_code", outcome.Status).SetTag("error.type", outcome.Error);
        if (!outcome.IsSuccess) span?.SetStatus(ActivityStatusCode.Error, outcome.Error);
        WebhookMetrics.Count(outcome);
        // The outcome is known, so it is stored even if the service stops.
        if (await FinishAsync(claimed, outcome, CancellationToken.None) is { } reason)
            Log.Disabled(logger, claimed.EndpointId, reason);
    }

    /// <summary>The wait after a failed try, shortened at random; null when there is no further try.</summary>
    /// <param name="failures">How many tries have failed before.</param>
    public static TimeSpan? WaitAfter(int failures, string type, WebhookOptions options) =>
        type == WebhookTypes.Test || failures >= options.Waits.Count ? null
            : new Backoff(options.Waits[failures], options.Waits[failures]).After(0);

    async Task<WebhookOutcome> SendAsync(ClaimedDelivery claimed, CancellationToken cancellationToken)
    {
        List<byte[]> keys = [];
        try
        {
            keys.Add(secrets.Decrypt(claimed.EndpointId, claimed.Secret));
            if (claimed.PreviousSecret is { } previous) keys.Add(secrets.Decrypt(claimed.EndpointId, previous));
        }
        catch (CryptographicException e)
        {
            Log.NoSecret(logger, claimed.EndpointId, e.Message);
            // The present secret alone is enough.
            if (keys.Count == 0) return new(time.GetUtcNow(), TimeSpan.Zero, null, WebhookErrors.SecretUnavailable, null);
        }
        return await sender.SendAsync(new WebhookRequest(claimed.Url, claimed.EventId, claimed.Body, keys), cancellationToken);
    }

    async Task<string?> FinishAsync(ClaimedDelivery claimed, WebhookOutcome outcome, CancellationToken cancellationToken)
    {
        await _storing.WaitAsync(cancellationToken);
        try
        {
            return await store.FinishAsync(claimed, outcome, WaitAfter(claimed.Failures, claimed.Type, options), cancellationToken);
        }
        finally
        {
            _storing.Release();
        }
    }

    public void Dispose() => _storing.Dispose();

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The webhook endpoint {EndpointId} is disabled: {Reason}")]
        public static partial void Disabled(ILogger logger, Guid endpointId, string reason);

        [LoggerMessage(LogLevel.Error, "Cannot sign for the webhook endpoint {EndpointId}: {Reason}")]
        public static partial void NoSecret(ILogger logger, Guid endpointId, string reason);
    }
}
