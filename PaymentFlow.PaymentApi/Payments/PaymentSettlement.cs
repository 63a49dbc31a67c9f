using System.Diagnostics.Metrics;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Telemetry;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Applies a PaymentIntent's state to its payment. The state may come from the answer to a confirmation, after a webhook or from the
/// reconciliation. A repeated, late or reordered state changes nothing.
/// </summary>
public sealed partial class PaymentSettlement(PaymentStore store, PaymentTiming timing, ILogger<PaymentSettlement> logger)
{
    static readonly Counter<long> Payments =
        PaymentFlowTelemetry.Meter.CreateCounter<long>("paymentflow.payments", "{payment}", "Payments by the status that they reached");

    /// <summary>
    /// Applies Stripe's own answer to the attempt <paramref name="attemptId"/>. Repeats if the payment changes in the meantime.
    /// </summary>
    /// <returns>The payment afterwards.</returns>
    public async Task<Payment> ApplyAnswerAsync(
        Payment payment, PaymentIntent intent, Guid attemptId, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryApplyAsync(payment, intent, attemptId, cancellationToken) is { } settled) return settled;
            payment = await store.FindAsync(payment.Id, cancellationToken)
                ?? throw new InvalidOperationException($"Payment {payment.Id} does not exist, although payments are never deleted.");
        }
    }

    /// <summary>
    /// Applies once a PaymentIntent's state that was read from Stripe at <paramref name="askedAt"/>. If the attempt's own call must have
    /// been over by then, the state is its outcome, even if it repeats an earlier decline. A bank debit's decline comes days later.
    /// </summary>
    /// <inheritdoc cref="TryApplyAsync(Payment, PaymentIntent, Guid?, CancellationToken)"/>
    public Task<Payment?> TryApplyAsync(
        Payment payment, PaymentIntent intent, DateTimeOffset askedAt, CancellationToken cancellationToken) =>
        TryApplyAsync(payment, intent, CallIsOver(payment, timing, askedAt) ? payment.AttemptId : null, cancellationToken);

    /// <summary>
    /// Whether the payment is in flight although its call to Stripe must be over. Only Stripe knows the outcome then.
    /// </summary>
    public static bool CallIsOver(Payment payment, PaymentTiming timing, DateTimeOffset at) =>
        payment.InFlight && at - payment.UpdatedAt > timing.CallWindow;

    /// <summary>Applies a PaymentIntent's state once. The payment must have been read before Stripe was asked.</summary>
    /// <param name="attemptId">
    /// The attempt to which <paramref name="intent"/> is Stripe's own answer; null if the state comes from any other source.
    /// </param>
    /// <returns>
    /// The payment afterwards. Null when it changed since it was read, because <paramref name="intent"/> may then be older than the
    /// change.
    /// </returns>
    public async Task<Payment?> TryApplyAsync(
        Payment payment, PaymentIntent intent, Guid? attemptId, CancellationToken cancellationToken)
    {
        if (payment.Status == PaymentStatuses.Canceled && intent.Status == "succeeded") Log.ChargedThoughCanceled(logger, payment.Id);
        if (Decide(payment, intent, attemptId) is not { } next) return payment;
        if (await store.TransitionAsync(payment, next, cancellationToken) is not { } moved) return null;
        Payments.Add(1, new("status", moved.Status), new("currency", moved.Currency));
        return moved;
    }

    /// <summary>
    /// The transition that follows from the PaymentIntent's state, or null for none. A decline or a pending 3-D Secure may be left from
    /// an earlier confirmation. That is certain for the answer to an attempt other than the current one. It is possible for any other
    /// source while the current attempt is in flight and not the first. Such a state must not free the row while Stripe may be charging.
    /// </summary>
    public static PaymentTransition? Decide(Payment payment, PaymentIntent intent, Guid? attemptId)
    {
        if (PaymentTransition.From(payment, intent) is not { } next) return null;
        var mayBeMemory = next.Status is PaymentStatuses.Failed or PaymentStatuses.RequiresAction
            && payment.AttemptId is { } present && present != attemptId
            && (attemptId is not null || (payment.InFlight && payment.Attempts > 1));
        return mayBeMemory ? null : next;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Critical, "Payment {PaymentId} is canceled, yet Stripe has charged it: refund it in Stripe's dashboard")]
        public static partial void ChargedThoughCanceled(ILogger logger, Guid paymentId);
    }
}
