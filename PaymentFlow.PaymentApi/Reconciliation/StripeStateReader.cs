using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>Reads all refunds or disputes of a payment from Stripe and applies them.</summary>
public sealed class StripeStateReader(StripeGateway stripe, RefundStore refunds, DisputeStore disputes)
{
    /// <returns>The refunds that Stripe returned.</returns>
    public async Task<IReadOnlyList<StripeRefundState>> RefundsAsync(Payment payment, CancellationToken cancellationToken)
    {
        List<StripeRefundState> news = [];
        await foreach (var refund in stripe.RefundsAsync(payment.PaymentIntentId!, cancellationToken))
            news.Add(StripeRefundState.From(refund));
        if (news.Count > 0) await refunds.ApplyAsync(payment.Id, news, cancellationToken);
        return news;
    }

    public async Task DisputesAsync(Payment payment, CancellationToken cancellationToken)
    {
        await foreach (var dispute in stripe.DisputesAsync(payment.PaymentIntentId!, cancellationToken))
            await disputes.ApplyAsync(payment.Id, dispute, cancellationToken);
    }
}
