using System.Net.Http.Headers;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Storage;

namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>
/// Delivers each event at least once and in no guaranteed order. <see cref="WebhookPlan"/> can make delivery less reliable. An event
/// without a 2xx response is sent again for three days. The first pause is 0.5 s, and the pauses double up to one minute. Retries continue
/// after a restart, because the journal records which events were delivered.
/// </summary>
sealed partial class WebhookSender(
    SandboxOptions options, WebhookQueue queue, EventLog events, Journal journal, IHttpClientFactory clients, TimeProvider time,
    ILogger<WebhookSender> log) : BackgroundService
{
    public const string Client = "webhooks";
    // The receiver may store webhooks together and answer them late.
    const int AtOnce = 64;
    static readonly TimeSpan RetryFor = TimeSpan.FromDays(3);
    static readonly Backoff Pause = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromMinutes(1));

    bool _away;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (options.WebhookEndpoint is not { } endpoint)
        {
            Log.NoEndpoint(log);
            return;
        }
        Log.Endpoint(log, endpoint);
        var signature = new WebhookSignature(options.WebhookSecret!);
        foreach (var left in events.Undelivered) queue.Enqueue(left);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAllAsync(endpoint, signature, stopping)));
    }

    async Task SendAllAsync(Uri endpoint, WebhookSignature signature, CancellationToken stopping)
    {
        await foreach (var (happened, fate) in queue.Reader.ReadAllAsync(stopping))
        {
            if (fate.Dropped)
            {
                journal.Append(new JournalEntry { Dropped = happened.Header.Id });
                events.MarkDropped(happened.Header.Id);
                continue;
            }
            if (fate.AgainAfter is { } again) _ = SendLaterAsync(happened, again, endpoint, signature, stopping);
            if (fate.HeldBack is { } heldBack) _ = SendLaterAsync(happened, heldBack, endpoint, signature, stopping);
            else if (!await TrySendAsync(happened, endpoint, signature, stopping))
                _ = SendLaterAsync(happened, Pause.After(0), endpoint, signature, stopping, failures: 1);
        }
    }

    /// <summary>Runs outside the queue, so that a failed or delayed event does not block the events behind it.</summary>
    async Task SendLaterAsync(
        StripeEvent happened, TimeSpan pause, Uri endpoint, WebhookSignature signature, CancellationToken stopping, int failures = 0)
    {
        try
        {
            do
            {
                await Task.Delay(pause, time, stopping);
                if (await TrySendAsync(happened, endpoint, signature, stopping)) return;
                pause = Pause.After(failures++);
            }
            while (time.GetUtcNow().ToUnixTimeSeconds() - happened.Header.Created < RetryFor.TotalSeconds);
            Log.GivenUp(log, happened.Header.Id, happened.Header.Type);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The event is not lost. The next start finds it undelivered in the journal.
        }
        catch (Exception failure)
        {
            Log.Broken(log, failure, happened.Header.Id);
        }
    }

    async Task<bool> TrySendAsync(StripeEvent happened, Uri endpoint, WebhookSignature signature, CancellationToken stopping)
    {
        try
        {
            var body = happened.ToJson();
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            request.Headers.Add("Stripe-Signature", signature.Sign(body, time.GetUtcNow().ToUnixTimeSeconds()));
            request.Headers.UserAgent.ParseAdd("Stripe/1.0 (+https://stripe.com/docs/webhooks)");
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            if (Interlocked.Exchange(ref _away, false)) Log.Back(log, endpoint);
            if (!response.IsSuccessStatusCode)
            {
                Log.Refused(log, happened.Header.Id, happened.Header.Type, (int)response.StatusCode);
                return false;
            }
            journal.Append(new JournalEntry { Delivered = happened.Header.Id });
            events.MarkDelivered(happened.Header.Id);
            return true;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            // Log once per outage instead of once per waiting event.
            if (!Interlocked.Exchange(ref _away, true)) Log.Away(log, endpoint, failure.Message);
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Webhooks are sent to {Endpoint}")]
        public static partial void Endpoint(ILogger logger, Uri endpoint);

        [LoggerMessage(LogLevel.Information, "No webhooks are sent because services:payment-api:http:0 is not set")]
        public static partial void NoEndpoint(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Webhook {Event} ({Type}) was answered with {Status}; it will be sent again")]
        public static partial void Refused(ILogger logger, string @event, string type, int status);

        [LoggerMessage(LogLevel.Warning, "{Endpoint} cannot be reached ({Reason}); webhooks are sent again later")]
        public static partial void Away(ILogger logger, Uri endpoint, string reason);

        [LoggerMessage(LogLevel.Information, "{Endpoint} can be reached again")]
        public static partial void Back(ILogger logger, Uri endpoint);

        [LoggerMessage(LogLevel.Error, "Webhook {Event} ({Type}) was not accepted for three days; no more attempts")]
        public static partial void GivenUp(ILogger logger, string @event, string type);

        [LoggerMessage(LogLevel.Error, "Webhook {Event} could not be sent")]
        public static partial void Broken(ILogger logger, Exception failure, string @event);
    }
}
