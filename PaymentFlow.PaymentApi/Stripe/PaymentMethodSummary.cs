using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>The parts of a payment method that people recognize.</summary>
/// <param name="Brand">A card's brand, such as <c>visa</c>, or another method's type, such as <c>sepa_debit</c>; in Stripe's words.</param>
/// <param name="Last4">The last four digits of the card or account, if Stripe reports them.</param>
public sealed record PaymentMethodSummary(string Brand, string? Last4)
{
    /// <summary>The method of the PaymentIntent's last confirmation, or null if Stripe's answer does not have it.</summary>
    public static PaymentMethodSummary? Of(PaymentIntent intent) => intent.Status switch
    {
        "succeeded" or "processing" or "requires_capture" => Of(intent.LatestCharge?.PaymentMethodDetails),
        // The charge can be an earlier one: a confirmation that is refused before the bank is asked makes none.
        "requires_payment_method" => Of(intent.LastPaymentError?.PaymentMethod),
        _ => null,
    };

    static PaymentMethodSummary? Of(ChargePaymentMethodDetails? details) => details is null ? null : new(
        details.Card?.Brand ?? details.Type,
        details.Card?.Last4 ?? details.UsBankAccount?.Last4 ?? details.SepaDebit?.Last4 ?? details.BacsDebit?.Last4);

    static PaymentMethodSummary? Of(PaymentMethod? method) => method is null ? null : new(
        method.Card?.Brand ?? method.Type,
        method.Card?.Last4 ?? method.UsBankAccount?.Last4 ?? method.SepaDebit?.Last4 ?? method.BacsDebit?.Last4);
}
