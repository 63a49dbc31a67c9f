using PaymentFlow.Messaging.Events;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.PaymentApi.Cancellation;

/// <summary>
/// Cancels a payment that is not paid. Where there is a PaymentIntent Stripe arbitrates between this and a pay at the same
/// moment: it is canceled or it succeeded, never both, and what Stripe says is what is stored.
/// </summary>
public sealed partial class PaymentCanceler(
    PaymentStore store, PaymentSettlement settlement, StripeGateway stripe, ILogger<PaymentCanceler> logger)
{
    /// <returns>The payment, canceled or not: its status tells. Null when Stripe can't be asked, or its answer is not known.</returns>
    public async Task<Payment?> CancelAsync(Payment payment, string reason, CancellationToken cancellationToken)
    {
        while (!payment.Paid && payment.Status != PaymentStatuses.Canceled)
        {
            if (payment.PaymentIntentId is { } intentId) return await AtStripeAsync(payment, intentId, reason, cancellationToken);
            // A confirmation is about to get its PaymentIntent.
            if (payment.InFlight) return payment;
            // No PaymentIntent and none in the making by a payer: from now on the row can't be claimed.
            if (await store.ApplyAsync(payment, PaymentTransition.Canceled, cancellationToken) is { } canceled) return canceled;
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
            if (await settlement.TryAsync(payment, intent, answered: null, cancellationToken) is { } settled) return settled;
            payment = (await store.FindAsync(payment.Id, cancellationToken))!;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: whether it is canceled is not known, Stripe will say: {Reason}")]
        public static partial void Unknown(ILogger logger, Guid paymentId, string reason);
    }
}
