using System.Text.Json.Serialization;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Prepares an order's payment, so that paying takes one round trip to Stripe.</summary>
/// <param name="ReturnUrl">Allows payment methods that redirect; its origin must be one of Clients:AllowedOrigins.</param>
public sealed record PreparePaymentRequest(Guid OrderId, string? ReturnUrl = null);

/// <param name="OrderId">The order to pay. The order's amount is charged; the request cannot change it.</param>
/// <param name="PaymentMethod">A Stripe payment-method id, <c>pm_…</c>. Card numbers never reach this API.</param>
/// <param name="ReturnUrl">Where the customer returns after 3-D Secure; its origin must be one of Clients:AllowedOrigins.</param>
public sealed record ProcessPaymentRequest(Guid OrderId, string PaymentMethod, string? ReturnUrl = null);

/// <param name="Status"><c>succeeded</c>, <c>processing</c> (the outcome will be pushed) or <c>requires_action</c>.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="NextAction">What the customer must do, when the status is <c>requires_action</c>.</param>
public sealed record PaymentResponse(
    Guid PaymentId, Guid OrderId, string Status, long Amount, string Currency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NextAction? NextAction = null)
{
    public static PaymentResponse From(Payment payment, NextAction? nextAction = null) =>
        new(payment.Id, payment.OrderId, payment.Status, payment.Amount, payment.Currency, nextAction);
}

/// <param name="Type"><c>use_stripe_sdk</c>: hand the secret to Stripe.js; <c>redirect</c>: send the customer to the URL.</param>
public sealed record NextAction(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Uri? RedirectUrl,
    string StripeClientSecret);
