using PaymentFlow.Messaging.Database;
using PaymentFlow.Messaging.Events;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>
/// Asks Stripe about payments and refunds whose outcome is not known here: a crash, a time-out, a lost webhook. It never
/// creates a PaymentIntent or a refund and never confirms, so it never moves money; it may cancel what was abandoned.
/// </summary>
public sealed partial class Reconciler(
    PaymentStore payments, PaymentSettlement settlement, PaymentCanceler canceler, RefundStore refunds, StripeInquiry inquiry,
    StripeGateway stripe, ReconciliationOptions options, TimeProvider time, ILogger<Reconciler> logger)
{
    const int Batch = 50;
    // Gentle on Stripe's rate limit: https://docs.stripe.com/rate-limits
    const int Parallelism = 4;

    /// <summary>Puts the questions that are due. What fails is put again soon.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await payments.TakeDueAsync(Batch, cancellationToken);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, parallel, async (payment, stopping) => await ReconcileAsync(payment, stopping));
        var open = await refunds.TakeDueAsync(Batch, cancellationToken);
        await Parallel.ForEachAsync(open, parallel, async (refund, stopping) => await ReconcileAsync(refund, stopping));
        return due.Count == Batch || open.Count == Batch;
    }

    async Task ReconcileAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            switch (await AskAsync(payment, cancellationToken))
            {
                case null:
                    await payments.PostponeAsync(payment, cancellationToken);
                    break;
                case { } after when after.Version == payment.Version:
                    await payments.ScheduleNextAsync(payment, cancellationToken);
                    break;
                case { } moved:
                    Log.Found(logger, payment.Id, moved.Status);
                    break;
            }
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.Postponed(logger, payment.Id, e.Message);
            await payments.PostponeAsync(payment, cancellationToken);
        }
        catch (Exception e) when (!DatabaseFailure.IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            // One that can't be handled must not hold up the others; it is due again when its lease is over.
            Log.Failed(logger, e, payment.Id);
        }
    }

    /// <returns>The payment as it is afterwards; null when the question is to be put again soon.</returns>
    async Task<Payment?> AskAsync(Payment payment, CancellationToken cancellationToken)
    {
        // Judged before Stripe is asked: what is sent after that may not be in its answer.
        var now = time.GetUtcNow();
        var callIsOver = options.CallIsOver(payment, now);
        var abandoned = !payment.InFlight && now - payment.UpdatedAt >= options.AbandonAfter;

        if (payment.PaymentIntentId is { } intentId)
        {
            var intent = await stripe.GetAsync(intentId, cancellationToken);
            // Once the call is over, what Stripe says answers it, also where it repeats an earlier attempt's decline.
            var settled = await settlement.TryAsync(payment, intent, callIsOver ? payment.AttemptId : null, cancellationToken);
            if (settled?.Version != payment.Version) return settled;
            // Stripe has it in hand, a bank debit for instance: that is not our process having died.
            if (intent.Status is "processing" or "requires_capture") return payment;
        }
        if (callIsOver)
        {
            // Stripe never heard of the confirmation: the customer may try again.
            await payments.ReleaseAsync(payment.AttemptId!.Value, sent: false, "not_received", cancellationToken);
            return await payments.FindAsync(payment.Id, cancellationToken);
        }
        if (!abandoned) return payment;
        // Stripe may have taken its time, and the customer come back meanwhile.
        var present = (await payments.FindAsync(payment.Id, cancellationToken))!;
        return present.Version == payment.Version ? await canceler.CancelAsync(present, "abandoned", cancellationToken) : present;
    }

    async Task ReconcileAsync(Refunds.Refund refund, CancellationToken cancellationToken)
    {
        try
        {
            var payment = (await payments.FindAsync(refund.PaymentId, cancellationToken))!;
            var callIsOver = time.GetUtcNow() - refund.CreatedAt > options.CallWindow;
            var known = await inquiry.RefundsAsync(payment, cancellationToken);
            if (!refund.Unknown || known.Any(news => news.RefundId == refund.Id)) return;
            if (callIsOver) await refunds.GiveBackAsync(refund.Id, judged: false, "not_received", cancellationToken);
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.RefundPostponed(logger, refund.Id, e.Message);
        }
        catch (Exception e) when (!DatabaseFailure.IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.RefundFailed(logger, e, refund.Id);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Payment {PaymentId} is {Status}: Stripe was asked again")]
        public static partial void Found(ILogger logger, Guid paymentId, string status);

        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: Stripe can't be asked yet: {Reason}")]
        public static partial void Postponed(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId} could not be reconciled")]
        public static partial void Failed(ILogger logger, Exception exception, Guid paymentId);

        [LoggerMessage(LogLevel.Error, "Refund {RefundId} could not be reconciled")]
        public static partial void RefundFailed(ILogger logger, Exception exception, Guid refundId);

        [LoggerMessage(LogLevel.Warning, "Refund {RefundId}: Stripe can't be asked yet: {Reason}")]
        public static partial void RefundPostponed(ILogger logger, Guid refundId, string reason);
    }
}
