using PaymentFlow.Messaging.Events;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Applies Stripe's news to a payment, from wherever it comes: the answer to a confirmation, a webhook, a question asked
/// again. The same news twice, late or out of order changes nothing.
/// </summary>
public sealed class PaymentSettlement(PaymentStore store, PaymentMetrics metrics)
{
    /// <param name="answered">The attempt that <paramref name="intent"/> is Stripe's own answer to; null for any other news.</param>
    /// <returns>The payment as it is afterwards.</returns>
    public async Task<Payment> SettleAsync(
        Payment payment, PaymentIntent intent, Guid? answered, CancellationToken cancellationToken)
    {
        while (PaymentTransition.From(payment, intent) is { } next && IsNewsFor(payment, next, answered))
        {
            if (await store.ApplyAsync(payment, next, cancellationToken) is { } moved)
            {
                metrics.Settled(moved);
                return moved;
            }
            payment = await store.FindAsync(payment.Id, cancellationToken)
                ?? throw new InvalidOperationException($"Payment {payment.Id} is gone; payments are never deleted.");
        }
        return payment;
    }

    /// <summary>
    /// A decline that is not the answer to the confirmation in flight is the memory of an earlier one: it must not free the
    /// row while Stripe may be charging.
    /// </summary>
    static bool IsNewsFor(Payment payment, PaymentTransition next, Guid? answered) =>
        next.Status != PaymentStatuses.Failed || !payment.InFlight || payment.AttemptId == answered;
}
