using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.PaymentApi.Cancellation;

/// <summary>
/// Cancels an unpaid payment. If the payment has a PaymentIntent, Stripe decides between a cancellation and a confirmation at the
/// same moment: the PaymentIntent is canceled or it succeeds, never both. Stripe's answer is stored.
/// </summary>
public sealed partial class PaymentCanceler(
    PaymentStore store, PaymentSettlement settlement, StripeGateway stripe, ILogger<PaymentCanceler> logger)
{
    /// <returns>
    /// The payment; its status shows whether it is canceled. Null when Stripe can't be reached or its answer is unknown.
    /// </returns>
    public async Task<Payment?> CancelAsync(Payment payment, string reason, CancellationToken cancellationToken)
    {
        while (!payment.Paid && payment.Status != PaymentStatuses.Canceled)
        {
            if (payment.PaymentIntentId is { } intentId) return await AtStripeAsync(payment, intentId, reason, cancellationToken);
            // A confirmation is in progress and about to create the PaymentIntent.
            if (payment.InFlight) return payment;
            // There is no PaymentIntent, and no confirmation is creating one. Once canceled, the row can't be claimed.
            if (await store.TransitionAsync(payment, PaymentTransition.Canceled, cancellationToken) is { } canceled) return canceled;
            payment = (await store.FindAsync(payment.Id, cancellationToken))!;
        }
        return payment;
    }

    async Task<Payment?> AtStripeAsync(Payment payment, string intentId, string reason, CancellationToken cancellationToken)
    {
        PaymentIntent intent;
        try
        {
            intent = await stripe.CancelAsync(intentId, reason, cancellationToken);
        }
        catch (StripeException e) when (StripeFailures.Classify(e) == StripeFailure.UnexpectedState)
        {
            intent = e.StripeError.PaymentIntent;
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e))
        {
            Log.Unknown(logger, payment.Id, e.Message);
            return null;
        }
        while (true)
        {
            if (await settlement.TryApplyAsync(payment, intent, attemptId: null, cancellationToken) is { } settled) return settled;
            payment = (await store.FindAsync(payment.Id, cancellationToken))!;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: the cancellation's outcome is unknown until a webhook arrives: {Reason}")]
        public static partial void Unknown(ILogger logger, Guid paymentId, string reason);
    }
}
