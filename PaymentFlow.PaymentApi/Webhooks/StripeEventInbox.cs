using PaymentFlow.PaymentApi.Payments;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>Takes in an event, delivered or walked to: stored once by its id, then applied in the background.</summary>
public sealed class StripeEventInbox(StripeEventStore events, PaymentStore payments, StripeEventWorker worker)
{
    /// <summary>Returns once the event is stored, or turned out to be none of ours.</summary>
    /// <returns>Whether it was stored now.</returns>
    public async Task<bool> TakeAsync(Event stripeEvent, CancellationToken cancellationToken)
    {
        if (!StripeNews.Types.Contains(stripeEvent.Type)) return false;
        if (StripeNews.Of(stripeEvent) is not var (intentId, ours)) return false;
        // A refund or a dispute carries no metadata of ours; by then its PaymentIntent has long been stored.
        if (!ours && await payments.FindByIntentAsync(intentId, cancellationToken) is null) return false;
        if (!await events.AddAsync(stripeEvent.Id, stripeEvent.Type, intentId, cancellationToken)) return false;
        worker.Notice(intentId);
        return true;
    }
}
