using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Background;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Reads each PaymentIntent that a webhook named from Stripe and applies its current state. The sweep retries what failed, so a
/// webhook that was answered with 200 is never lost.
/// </summary>
public sealed partial class StripeEventWorker(
    StripeEventStore events, PaymentStore payments, PaymentSettlement settlement, StripeStateReader inquiry, StripeGateway stripe,
    PaymentTiming reconciliation, DatabaseMigration migration, TimeProvider time, ILogger<StripeEventWorker> logger)
    : BackgroundService
{
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    // One call that hangs must not block the others. Keeps well below Stripe's rate limit: https://docs.stripe.com/rate-limits
    const int Parallelism = 4;

    // Most webhooks concern a payment whose own call is about to store the outcome. Events are therefore collected for 100 ms and
    // filtered in one statement.
    static readonly TimeSpan GatheringTime = TimeSpan.FromMilliseconds(100);
    const int MostAtOnce = 500;

    readonly Channel<string> _noticed = Queue();
    readonly Channel<string> _toAsk = Queue();

    // If the queue is full, the sweep finds the rows.
    static Channel<string> Queue() => Channel.CreateBounded<string>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Enqueues a PaymentIntent that has a stored, unapplied event.</summary>
    public void Notice(string intentId) => _noticed.Writer.TryWrite(intentId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        await Together.RunAsync(stoppingToken, GatherAsync, AskAsync, SweepAsync);
    }

    async Task GatherAsync(CancellationToken stoppingToken)
    {
        while (await _noticed.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(GatheringTime, time, stoppingToken);
            HashSet<string> noticed = [];
            while (noticed.Count < MostAtOnce && _noticed.Reader.TryRead(out var intentId)) noticed.Add(intentId);
            try
            {
                foreach (var intentId in await events.MarkRedundantProcessedAsync(noticed, stoppingToken)) _toAsk.Writer.TryWrite(intentId);
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e) && !stoppingToken.IsCancellationRequested)
            {
                // The sweep finds the events when Postgres is available again.
                Log.DatabaseAway(logger, e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The sweep tries the events again.
                Fail(e);
            }
        }
    }

    Task AskAsync(CancellationToken stoppingToken) =>
        Parallel.ForEachAsync(_toAsk.Reader.ReadAllAsync(stoppingToken), AtOnce(stoppingToken), ApplyAsync);

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // Repeat until nothing is due, because an outage may leave more than one batch. Failed events are not due again at once.
                while (await events.WaitingAsync(stoppingToken) is { Count: > 0 } waiting)
                    await Parallel.ForEachAsync(
                        await events.MarkRedundantProcessedAsync(waiting, stoppingToken), AtOnce(stoppingToken), ApplyAsync);
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Fail(e);
            }
        }
    }

    static ParallelOptions AtOnce(CancellationToken stoppingToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken };

    async ValueTask ApplyAsync(string intentId, CancellationToken stoppingToken)
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
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            // The events are not postponed, so they are due again at once.
            Log.DatabaseAway(logger, e.Message);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            Fail(e);
        }
    }

    void Fail(Exception exception)
    {
        BackgroundFailures.Count("webhooks");
        Log.Failed(logger, exception);
    }

    /// <summary>
    /// Reads the payment before asking Stripe. If the payment changes in between, Stripe's answer may be older than the change.
    /// </summary>
    /// <returns>False when everything must be repeated.</returns>
    async Task<bool> TryApplyAsync(string intentId, IReadOnlyList<WaitingEvent> waiting, CancellationToken stoppingToken)
    {
        var payment = await payments.FindByIntentAsync(intentId, stoppingToken);
        var ofRefund = waiting.Any(waits => StripeEventFilter.IsOfRefund(waits.Type));
        var ofDispute = waiting.Any(waits => StripeEventFilter.IsOfDispute(waits.Type));
        // Already stored by the API call.
        if (payment is { Paid: true } && !ofRefund && !ofDispute) return true;
        // Once the call is over, a decline belongs to the current attempt. The decline of a bank debit comes days later.
        var answered = payment is not null && reconciliation.CallIsOver(payment, time.GetUtcNow()) ? payment.AttemptId : null;
        // Continue the payment's trace. The webhook may arrive before Stripe's answer to the call that caused it.
        using var span = payment is null ? null : PaymentFlowTelemetry.StartFrom(
            await payments.TraceParentAsync(payment, stoppingToken), "stripe event", ActivityKind.Consumer);
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
        if (await settlement.TryApplyAsync(payment, intent, answered, stoppingToken) is null) return false;
        if (ofRefund) await inquiry.RefundsAsync(payment, stoppingToken);
        if (ofDispute) await inquiry.DisputesAsync(payment, stoppingToken);
        return true;
    }

    /// <summary>
    /// Finds the payment by the PaymentIntent's metadata and stores the id, because a webhook may arrive before our own commit.
    /// </summary>
    async Task<bool> AdoptAsync(PaymentIntent intent, CancellationToken stoppingToken) =>
        Guid.TryParse(intent.Metadata.GetValueOrDefault(MetadataKeys.PaymentId), out var paymentId)
        && await payments.FindAsync(paymentId, stoppingToken) is not null
        && await payments.StoreIntentAsync(paymentId, intent.Id, stoppingToken) == intent.Id;

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not apply the webhooks of {IntentId}, retrying later")]
        public static partial void Postponed(ILogger logger, Exception exception, string intentId);

        [LoggerMessage(LogLevel.Warning, "Webhooks wait for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Webhooks could not be applied, retrying shortly")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Warning, "{IntentId} is not known to Stripe; its webhooks are ignored")]
        public static partial void Unknown(ILogger logger, string intentId);

        [LoggerMessage(LogLevel.Warning, "{IntentId} carries our metadata but belongs to no payment of this database")]
        public static partial void Stranger(ILogger logger, string intentId);
    }
}
