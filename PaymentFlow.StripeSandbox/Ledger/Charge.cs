using System.Text.Json;
using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.PaymentIntents;
using PaymentFlow.StripeSandbox.PaymentMethods;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>
/// One attempt to move money. <see cref="Amount"/> is in minor units, <see cref="Created"/> in Unix seconds;
/// <see cref="Failure"/> is null when the money moved.
/// </summary>
internal sealed record Charge(
    string Id,
    string PaymentIntent,
    long Amount,
    string Currency,
    IReadOnlyDictionary<string, string> Metadata,
    long Created,
    AttachedPaymentMethod PaymentMethod,
    string? Description,
    StripeError? Failure)
{
    /// <summary>Stripe's shape of it: <see href="https://docs.stripe.com/api/charges/object"/>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var paid = Failure is null;
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "charge"u8);
        json.WriteNumber("amount"u8, Amount);
        json.WriteNumber("amount_captured"u8, paid ? Amount : 0);
        json.WriteNumber("amount_refunded"u8, 0);
        json.WriteNull("application"u8);
        json.WriteNull("application_fee"u8);
        json.WriteNull("application_fee_amount"u8);
        json.WriteNull("balance_transaction"u8);
        AttachedPaymentMethod.WriteBillingDetails(json);
        json.WriteString("calculated_statement_descriptor"u8, "PAYMENTFLOW SANDBOX"u8);
        json.WriteBoolean("captured"u8, paid);
        json.WriteNumber("created"u8, Created);
        json.WriteString("currency"u8, Currency);
        json.WriteNull("customer"u8);
        json.WriteString("description"u8, Description);
        json.WriteBoolean("disputed"u8, false);
        json.WriteNull("failure_balance_transaction"u8);
        json.WriteString("failure_code"u8, Failure?.Code);
        json.WriteString("failure_message"u8, Failure?.Message);
        json.WriteStartObject("fraud_details"u8);
        json.WriteEndObject();
        json.WriteBoolean("livemode"u8, false);
        PaymentIntentJson.WriteMetadata(json, Metadata);
        json.WriteNull("on_behalf_of"u8);
        json.WriteStartObject("outcome"u8);
        json.WriteString("advice_code"u8, Failure?.AdviceCode);
        json.WriteNull("network_advice_code"u8);
        json.WriteNull("network_decline_code"u8);
        json.WriteString("network_status"u8, paid ? "approved_by_network"u8 : "declined_by_network"u8);
        json.WriteString("reason"u8, Failure is null ? null : Failure.DeclineCode ?? Failure.Code);
        json.WriteString("risk_level"u8, "normal"u8);
        json.WriteNumber("risk_score"u8, 8);
        json.WriteString("seller_message"u8, paid ? "Payment complete."u8 : "The bank did not return any further details with this decline."u8);
        json.WriteString("type"u8, paid ? "authorized"u8 : "issuer_declined"u8);
        json.WriteEndObject();
        json.WriteBoolean("paid"u8, paid);
        json.WriteString("payment_intent"u8, PaymentIntent);
        json.WriteString("payment_method"u8, PaymentMethod.Id);
        json.WriteStartObject("payment_method_details"u8);
        AttachedPaymentMethod.WriteDetails(json, PaymentMethod.Kind(), ofCharge: true);
        json.WriteString("type"u8, PaymentMethod.Kind().Type);
        json.WriteEndObject();
        json.WriteNull("receipt_email"u8);
        json.WriteNull("receipt_number"u8);
        json.WriteNull("receipt_url"u8);
        json.WriteBoolean("refunded"u8, false);
        json.WriteNull("review"u8);
        json.WriteNull("shipping"u8);
        json.WriteNull("source"u8);
        json.WriteNull("source_transfer"u8);
        json.WriteNull("statement_descriptor"u8);
        json.WriteNull("statement_descriptor_suffix"u8);
        json.WriteString("status"u8, paid ? "succeeded"u8 : "failed"u8);
        json.WriteNull("transfer_data"u8);
        json.WriteNull("transfer_group"u8);
        json.WriteEndObject();
    }
}
