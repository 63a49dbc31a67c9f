using PaymentFlow.Messaging.Events;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Applies Stripe's news to a payment, from wherever it comes: the answer to a confirmation, a webhook, a question asked
/// again. The same news twice, late or out of order changes nothing.
/// </summary>
public sealed partial class PaymentSettlement(PaymentStore store, PaymentMetrics metrics, ILogger<PaymentSettlement> logger)
{
    /// <summary>Applies Stripe's own answer to the attempt <paramref name="answered"/>, whatever else happens meanwhile.</summary>
    /// <returns>The payment as it is afterwards.</returns>
    public async Task<Payment> SettleAsync(
        Payment payment, PaymentIntent intent, Guid answered, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryAsync(payment, intent, answered, cancellationToken) is { } settled) return settled;
            payment = await store.FindAsync(payment.Id, cancellationToken)
                ?? throw new InvalidOperationException($"Payment {payment.Id} is gone; payments are never deleted.");
        }
    }

    /// <summary>Applies what Stripe says of a payment that was read before Stripe was asked.</summary>
    /// <param name="answered">The attempt that <paramref name="intent"/> is Stripe's own answer to; null for any other news.</param>
    /// <returns>
    /// The payment as it is afterwards; null when it moved since it was read, so that the news may be older than it is.
    /// </returns>
    public async Task<Payment?> TryAsync(
        Payment payment, PaymentIntent intent, Guid? answered, CancellationToken cancellationToken)
    {
        if (payment.Status == PaymentStatuses.Canceled && intent.Status == "succeeded") Log.ChargedThoughCanceled(logger, payment.Id);
        if (Decide(payment, intent, answered) is not { } next) return payment;
        if (await store.ApplyAsync(payment, next, cancellationToken) is not { } moved) return null;
        metrics.Settled(moved);
        return moved;
    }

    /// <summary>
    /// Where the news takes the payment, or null for nowhere. A decline, or a 3-D Secure that waits, may be the memory of an
    /// earlier confirmation: an answer to an attempt that is not the present one is, and any other news may be one while the
    /// present attempt is in flight and not the first. It must not free the row while Stripe may be charging.
    /// </summary>
    public static PaymentTransition? Decide(Payment payment, PaymentIntent intent, Guid? answered)
    {
        if (PaymentTransition.From(payment, intent) is not { } next) return null;
        var mayBeMemory = next.Status is PaymentStatuses.Failed or PaymentStatuses.RequiresAction
            && payment.AttemptId is { } present && present != answered
            && (answered is not null || (payment.InFlight && payment.Attempts > 1));
        return mayBeMemory ? null : next;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Critical, "Payment {PaymentId} is canceled, yet Stripe has charged it: refund it in Stripe's dashboard")]
        public static partial void ChargedThoughCanceled(ILogger logger, Guid paymentId);
    }
}
