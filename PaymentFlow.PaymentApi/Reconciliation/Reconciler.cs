using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using Stripe;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>
/// Asks Stripe about payments and refunds whose outcome is not known here, for example after a crash, a time-out or a lost webhook.
/// It never creates a PaymentIntent or a refund and never confirms, so it never moves money. It may cancel abandoned payments.
/// </summary>
public sealed partial class Reconciler(
    ReconciliationSchedule schedule, PaymentStore payments, PaymentClaims claims, PaymentSettlement settlement, PaymentCanceler canceler,
    RefundStore refunds, StripeStateReader stripeState, StripeGateway stripe, PaymentTiming timing, TimeProvider time,
    ILogger<Reconciler> logger)
{
    const int Batch = 50;
    // Keeps well below Stripe's rate limit: https://docs.stripe.com/rate-limits
    const int Parallelism = 4;

    /// <summary>Asks Stripe about a batch of payments and refunds that are due. A check that fails is repeated later.</summary>
    /// <returns>Whether more may be due.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await schedule.LeaseDueAsync(Batch, cancellationToken);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, parallel, async (payment, stopping) => await ReconcileAsync(payment, stopping));
        var open = await refunds.LeaseDueAsync(Batch, cancellationToken);
        await Parallel.ForEachAsync(open, parallel, async (refund, stopping) => await ReconcileAsync(refund, stopping));
        return due.Count == Batch || open.Count == Batch;
    }

    async Task ReconcileAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            switch (await AskOrPostponeAsync(payment, cancellationToken))
            {
                case null:
                    await schedule.PostponeAsync(payment, cancellationToken);
                    break;
                case { } after when after.Version == payment.Version:
                    await schedule.ScheduleNextAsync(payment, cancellationToken);
                    break;
                case { } moved:
                    Log.Found(logger, payment.Id, moved.Status);
                    break;
            }
        }
        catch (Exception e) when (!DatabaseFailure.IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            // One failing payment must not block the others. It is due again when its lease expires.
            BackgroundFailures.Count("reconciliation");
            Log.Failed(logger, e, payment.Id);
        }
    }

    async Task<Payment?> AskOrPostponeAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(payment, cancellationToken);
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.Postponed(logger, payment.Id, e.Message);
            return null;
        }
    }

    /// <returns>The payment afterwards; null when Stripe must be asked again soon.</returns>
    async Task<Payment?> AskAsync(Payment payment, CancellationToken cancellationToken)
    {
        // Decide before asking Stripe, because a call sent after that may be missing from Stripe's answer.
        var now = time.GetUtcNow();
        var callIsOver = PaymentSettlement.CallIsOver(payment, timing, now);
        var abandoned = !payment.InFlight && now - payment.UpdatedAt >= timing.AbandonAfter && !(payment.OpenUntil > now);

        if (payment.PaymentIntentId is { } intentId)
        {
            var intent = await stripe.GetAsync(intentId, cancellationToken);
            var settled = await settlement.TryApplyAsync(payment, intent, askedAt: now, cancellationToken);
            if (settled?.Version != payment.Version) return settled;
            // Stripe is still processing the payment (a bank debit, for example), so the attempt must not be released.
            if (intent.Status is "processing" or "requires_capture") return payment;
        }
        if (callIsOver)
        {
            // Stripe never received the confirmation, so the customer may try again.
            await claims.ReleaseAsync(payment.AttemptId!.Value, reachedStripe: false, "not_received", cancellationToken);
            return await payments.FindAsync(payment.Id, cancellationToken);
        }
        if (!abandoned) return payment;
        // The customer may have returned while Stripe was being asked.
        var present = (await payments.FindAsync(payment.Id, cancellationToken))!;
        return present.Version == payment.Version ? await canceler.CancelAsync(present, "abandoned", cancellationToken) : present;
    }

    async Task ReconcileAsync(Refunds.Refund refund, CancellationToken cancellationToken)
    {
        try
        {
            var payment = (await payments.FindAsync(refund.PaymentId, cancellationToken))!;
            var callIsOver = time.GetUtcNow() - refund.CreatedAt > timing.CallWindow;
            var known = await stripeState.RefundsAsync(payment, cancellationToken);
            if (!refund.Unknown || known.Any(news => news.RefundId == refund.Id)) return;
            if (callIsOver) await refunds.GiveBackAsync(refund.Id, isFinal: false, "not_received", cancellationToken);
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.RefundPostponed(logger, refund.Id, e.Message);
        }
        catch (Exception e) when (!DatabaseFailure.IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            BackgroundFailures.Count("reconciliation");
            Log.RefundFailed(logger, e, refund.Id);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Payment {PaymentId} reconciled with Stripe; it is {Status} now")]
        public static partial void Found(ILogger logger, Guid paymentId, string status);

        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: could not ask Stripe, retrying soon: {Reason}")]
        public static partial void Postponed(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId} could not be reconciled")]
        public static partial void Failed(ILogger logger, Exception exception, Guid paymentId);

        [LoggerMessage(LogLevel.Error, "Refund {RefundId} could not be reconciled")]
        public static partial void RefundFailed(ILogger logger, Exception exception, Guid refundId);

        [LoggerMessage(LogLevel.Warning, "Refund {RefundId}: could not ask Stripe, retrying later: {Reason}")]
        public static partial void RefundPostponed(ILogger logger, Guid refundId, string reason);
    }
}
