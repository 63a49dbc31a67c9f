using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using PaymentFlow.Messaging.Database;
using PaymentFlow.Messaging.Migrations;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Asks Stripe for each PaymentIntent that a webhook named, and applies what it is now. What fails is asked for again
/// by the sweep, so a webhook that was answered 200 is never lost.
/// </summary>
public sealed partial class StripeEventWorker(
    StripeEventStore events, PaymentStore payments, PaymentSettlement settlement, StripeInquiry inquiry, StripeGateway stripe,
    ReconciliationOptions reconciliation, DatabaseMigration migration, TimeProvider time, ILogger<StripeEventWorker> logger) : BackgroundService
{
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    // One question that hangs must not hold up the others. Gentle on Stripe's rate limit: https://docs.stripe.com/rate-limits
    const int Parallelism = 4;

    // The most frequent case by far is a webhook of a payment whose own call is about to write the outcome down. So many are looked at
    // at once, and so short is the wait for them: with three statements for each, a minute at full load left webhooks for ten seconds more.
    static readonly TimeSpan GatheringTime = TimeSpan.FromMilliseconds(100);
    const int MostAtOnce = 500;

    readonly Channel<string> _noticed = Queue();
    readonly Channel<string> _toAsk = Queue();

    // A full queue loses nothing: the sweep finds the rows.
    static Channel<string> Queue() => Channel.CreateBounded<string>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Says that a stored event waits for this PaymentIntent.</summary>
    public void Notice(string intentId) => _noticed.Writer.TryWrite(intentId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        // If one of them fails the service must not go on without it: the host stops, to be restarted.
        await await Task.WhenAny(GatherAsync(stoppingToken), AskAsync(stoppingToken), SweepAsync(stoppingToken));
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
                foreach (var intentId in await events.LayAsideHeardAsync(noticed, stoppingToken)) _toAsk.Writer.TryWrite(intentId);
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e) && !stoppingToken.IsCancellationRequested)
            {
                // The sweep finds them when it is back.
                Log.DatabaseAway(logger, e.Message);
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
                // Until nothing is left: an outage leaves more than one look brings, and what fails is not due again at once.
                while (await events.WaitingAsync(stoppingToken) is { Count: > 0 } waiting)
                    await Parallel.ForEachAsync(await events.LayAsideHeardAsync(waiting, stoppingToken), AtOnce(stoppingToken), ApplyAsync);
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
            }
        }
    }

    static ParallelOptions AtOnce(CancellationToken stoppingToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken };

    async ValueTask ApplyAsync(string intentId, CancellationToken stoppingToken)
    {
        try
        {
            // Named before Stripe is asked: the answer covers these events and none that comes later.
            var waiting = await events.WaitingEventsAsync(intentId, stoppingToken);
            if (waiting.Count == 0) return;
            while (!await TryApplyAsync(intentId, waiting, stoppingToken)) { }
            await events.MarkProcessedAsync([.. waiting.Select(waits => waits.Id)], stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
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
            // Then it is simply due again at once.
            Log.DatabaseAway(logger, e.Message);
        }
    }

    /// <summary>
    /// Reads the payment first and asks Stripe then: if the payment has moved in between, the answer may be older than it.
    /// </summary>
    /// <returns>False when all of it has to be done again.</returns>
    async Task<bool> TryApplyAsync(string intentId, IReadOnlyList<WaitingEvent> waiting, CancellationToken stoppingToken)
    {
        var payment = await payments.FindByIntentAsync(intentId, stoppingToken);
        var ofRefund = waiting.Any(waits => StripeNews.IsOfRefund(waits.Type));
        var ofDispute = waiting.Any(waits => StripeNews.IsOfDispute(waits.Type));
        // Our own call was a little faster than this look.
        if (payment is { Paid: true } && !ofRefund && !ofDispute) return true;
        // Once the call is over, a decline is the attempt's own: that of a bank debit comes days later.
        var answered = payment is not null && reconciliation.CallIsOver(payment, time.GetUtcNow()) ? payment.AttemptId : null;
        // The webhook may be faster than the answer that it tells of: one trace either way.
        using var span = payment is null ? null : PaymentFlowTelemetry.StartFrom(
            await payments.TraceParentAsync(payment, stoppingToken), "stripe event", ActivityKind.Consumer);
        PaymentIntent intent;
        try
        {
            intent = await stripe.GetAsync(intentId, stoppingToken);
        }
        catch (StripeException e) when (e.HttpStatusCode == HttpStatusCode.NotFound)
        {
            // Signed by Stripe and unknown to Stripe: another account's, or test data that was deleted. It stays unknown.
            Log.Unknown(logger, intentId);
            return true;
        }
        if (payment is null)
        {
            if (await AdoptAsync(intent, stoppingToken)) return false;
            Log.Stranger(logger, intentId);
            return true;
        }
        if (await settlement.TryAsync(payment, intent, answered, stoppingToken) is null) return false;
        if (ofRefund) await inquiry.RefundsAsync(payment, stoppingToken);
        if (ofDispute) await inquiry.DisputesAsync(payment, stoppingToken);
        return true;
    }

    /// <summary>By its metadata where its id is not stored yet: a webhook may be faster than our own commit.</summary>
    async Task<bool> AdoptAsync(PaymentIntent intent, CancellationToken stoppingToken) =>
        Guid.TryParse(intent.Metadata.GetValueOrDefault(MetadataKeys.PaymentId), out var paymentId)
        && await payments.FindAsync(paymentId, stoppingToken) is not null
        && await payments.StoreIntentAsync(paymentId, intent.Id, stoppingToken) == intent.Id;

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Webhooks of {IntentId} are tried again shortly")]
        public static partial void Postponed(ILogger logger, Exception exception, string intentId);

        [LoggerMessage(LogLevel.Warning, "Webhooks wait for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "{IntentId} is not known to Stripe; its webhooks are laid aside")]
        public static partial void Unknown(ILogger logger, string intentId);

        [LoggerMessage(LogLevel.Warning, "{IntentId} carries our metadata but belongs to no payment of this database")]
        public static partial void Stranger(ILogger logger, string intentId);
    }
}
