using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Events;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary><see href="https://docs.stripe.com/payments/place-a-hold-on-a-payment-method"/>. Pure: no clock, no storage.</summary>
internal static class Capturing
{
    /// <param name="amount">In minor units. Null captures the whole amount. The rest of the authorization is released.</param>
    public static Decision Capture(PaymentIntent intent, long? amount)
    {
        if (intent is not { Status: PaymentIntentStatus.RequiresCapture, LatestCharge: { } charge })
            return Decision.Refused(intent, StripeError.UnexpectedState(intent.Status == PaymentIntentStatus.Succeeded
                ? "This PaymentIntent could not be captured because it has already been captured."
                : $"This PaymentIntent could not be captured because it has a status of {intent.Status}. "
                    + "Only a PaymentIntent with one of the following statuses may be captured: requires_capture."));
        if (amount > charge.Amount)
            return Decision.Refused(intent, StripeError.Invalid(
                $"The amount to capture ({Currencies.Display(amount.Value, intent.Currency)}) is greater than the amount "
                + $"that can be captured ({Currencies.Display(charge.Amount, intent.Currency)}).",
                "amount_too_large", "amount_to_capture"));
        var captured = amount ?? charge.Amount;
        return new(intent with
        {
            Status = PaymentIntentStatus.Succeeded,
            AmountReceived = captured,
            LatestCharge = charge with { Uncaptured = false, PartCaptured = captured < charge.Amount ? captured : null },
        }, EventType.ChargeCaptured, EventType.Succeeded)
        { Charged = true };
    }
}
