using System.Diagnostics;
using System.Net;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Reads a PaymentIntent that events name from Stripe and applies its current state, so that early, late, repeated and reordered events
/// have the same effect.
/// </summary>
public sealed partial class StripeEventApplier(
    StripeEventStore events, PaymentStore payments, PaymentIntents intents, PaymentSettlement settlement, StripeStateReader state,
    StripeGateway stripe, TimeProvider time, ILogger<StripeEventApplier> logger)
{
    /// <summary>Applies the events of a PaymentIntent that are not applied yet. If that fails, they are retried later.</summary>
    public async ValueTask ApplyAsync(string intentId, CancellationToken stoppingToken)
    {
        try
        {
            // Read the events before asking Stripe: the answer covers these events, but not later ones.
            var waiting = await events.WaitingEventsAsync(intentId, stoppingToken);
            if (waiting.Count == 0) return;
            while (!await TryApplyAsync(intentId, waiting, stoppingToken)) { }
            await events.MarkProcessedAsync([.. waiting.Select(waits => waits.Id)], stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            if (!DatabaseFailure.IsAway(e) && !StripeFailures.IsFromStripe(e)) BackgroundFailures.Count("webhooks");
            Log.Postponed(logger, e, intentId);
            await PostponeAsync(intentId, stoppingToken);
        }
    }

    async Task PostponeAsync(string intentId, CancellationToken stoppingToken)
    {
        try
        {
            await events.PostponeAsync(intentId, stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            if (!DatabaseFailure.IsAway(e)) BackgroundFailures.Count("webhooks");
            Log.NotPostponed(logger, e, intentId);
        }
    }

    /// <summary>
    /// Reads the payment before asking Stripe. If the payment changes in between, Stripe's answer may be older than the change.
    /// </summary>
    /// <returns>False when everything must be repeated.</returns>
    async Task<bool> TryApplyAsync(string intentId, IReadOnlyList<WaitingEvent> waiting, CancellationToken stoppingToken)
    {
        var (payment, traceParent) = await payments.FindTracedAsync(intentId, stoppingToken);
        var ofRefund = waiting.Any(waits => waits.IsOfRefund);
        var ofDispute = waiting.Any(waits => waits.IsOfDispute);
        // Already stored by the API call.
        if (payment is { Paid: true } && !ofRefund && !ofDispute) return true;
        // Continue the payment's trace. The webhook may arrive before Stripe's answer to the call that caused it.
        using var span = payment is null
            ? null
            : PaymentFlowTelemetry.Source.StartActivity("stripe event", ActivityKind.Consumer, parentId: traceParent);
        var askedAt = time.GetUtcNow();
        PaymentIntent intent;
        try
        {
            intent = await stripe.GetAsync(intentId, stoppingToken);
        }
        catch (StripeException e) when (e.HttpStatusCode == HttpStatusCode.NotFound)
        {
            // Signed by Stripe but not found there: it belongs to another account or is deleted test data. A retry cannot help.
            Log.Unknown(logger, intentId);
            return true;
        }
        if (payment is null)
        {
            if (await AdoptAsync(intent, stoppingToken)) return false;
            Log.Stranger(logger, intentId);
            return true;
        }
        if (await settlement.TryApplyAsync(payment, intent, askedAt, stoppingToken) is null) return false;
        if (ofRefund) await state.RefundsAsync(payment, stoppingToken);
        if (ofDispute) await state.DisputesAsync(payment, stoppingToken);
        return true;
    }

    /// <summary>
    /// Finds the payment by the PaymentIntent's metadata and stores the id, because a webhook may arrive before our own commit.
    /// </summary>
    async Task<bool> AdoptAsync(PaymentIntent intent, CancellationToken stoppingToken) =>
        Guid.TryParse(intent.Metadata.GetValueOrDefault(MetadataKeys.PaymentId), out var paymentId)
        && await payments.FindAsync(paymentId, stoppingToken) is not null
        && await intents.StoreAsync(paymentId, intent.Id, stoppingToken) == intent.Id;

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not apply the webhooks of {IntentId}, retrying later")]
        public static partial void Postponed(ILogger logger, Exception exception, string intentId);

        [LoggerMessage(LogLevel.Warning, "The webhooks of {IntentId} could not be postponed, so they are due again at once")]
        public static partial void NotPostponed(ILogger logger, Exception exception, string intentId);

        [LoggerMessage(LogLevel.Warning, "{IntentId} is not known to Stripe; its webhooks are ignored")]
        public static partial void Unknown(ILogger logger, string intentId);

        [LoggerMessage(LogLevel.Warning, "{IntentId} carries our metadata but belongs to no payment of this database")]
        public static partial void Stranger(ILogger logger, string intentId);
    }
}
