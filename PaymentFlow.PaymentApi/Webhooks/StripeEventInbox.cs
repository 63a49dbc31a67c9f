using PaymentFlow.PaymentApi.Payments;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>Stores an event from a webhook or from List Events, once per id. The worker applies it in the background.</summary>
public sealed class StripeEventInbox(StripeEventStore events, PaymentStore payments, StripeEventWorker worker)
{
    /// <summary>Returns when the event is stored, or is found not to be ours.</summary>
    /// <returns>True when this call stored the event.</returns>
    public async Task<bool> TakeAsync(Event stripeEvent, CancellationToken cancellationToken)
    {
        if (!StripeEventFilter.Types.Contains(stripeEvent.Type)) return false;
        if (StripeEventFilter.Of(stripeEvent) is not var (intentId, ours)) return false;
        // A refund or a dispute has none of our metadata, but its PaymentIntent has long been stored by then.
        if (!ours && await payments.FindByIntentAsync(intentId, cancellationToken) is null) return false;
        if (!await events.AddAsync(stripeEvent.Id, stripeEvent.Type, intentId, cancellationToken)) return false;
        worker.Notice(intentId);
        return true;
    }
}
