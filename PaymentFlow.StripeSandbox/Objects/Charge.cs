using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.PaymentMethods;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Objects;

/// <summary>
/// One attempt to move money. <see cref="Amount"/> is in minor units, <see cref="Created"/> in Unix seconds.
/// <see cref="Failure"/> is null when the money moved.
/// </summary>
sealed record Charge(
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
    public IReadOnlyList<Refund>? Refunds { get; init; }

    public IReadOnlyList<Dispute>? Disputes { get; init; }

    [JsonIgnore]
    public bool Paid => Failure is null;

    /// <summary>The sum of pending and succeeded refunds. A failed or canceled refund does not count.</summary>
    [JsonIgnore]
    public long AmountRefunded => Refunds?.Where(r => r.TakesMoney).Sum(r => r.Amount) ?? 0;

    /// <summary>The bank will open a dispute, because the payment method is one of Stripe's that test disputes.</summary>
    [JsonIgnore]
    public bool WillBeDisputed => Paid && Disputes is null && PaymentMethod.Kind().DisputedAs is not null;

    [JsonIgnore]
    public bool FullyRefunded => Paid && AmountRefunded == Amount;
}

/// <summary>A charge in Stripe's JSON format, with the PaymentIntent that it belongs to.</summary>
sealed record ChargeView(PaymentIntent Intent, Charge Charge) : IStripeObject
{
    /// <summary><see href="https://docs.stripe.com/api/charges/object"/></summary>
    public void Write(Utf8JsonWriter json, Expand expand)
    {
        var charge = Charge;
        var paid = charge.Paid;
        json.WriteStartObject();
        json.WriteString("id"u8, charge.Id);
        json.WriteString("object"u8, "charge"u8);
        json.WriteNumber("amount"u8, charge.Amount);
        json.WriteNumber("amount_captured"u8, paid ? charge.Amount : 0);
        json.WriteNumber("amount_refunded"u8, charge.AmountRefunded);
        json.WriteNull("application"u8);
        json.WriteNull("application_fee"u8);
        json.WriteNull("application_fee_amount"u8);
        json.WriteNull("balance_transaction"u8);
        AttachedPaymentMethod.WriteBillingDetails(json);
        json.WriteString("calculated_statement_descriptor"u8, "PAYMENTFLOW SANDBOX"u8);
        json.WriteBoolean("captured"u8, paid);
        json.WriteNumber("created"u8, charge.Created);
        json.WriteString("currency"u8, charge.Currency);
        json.WriteNull("customer"u8);
        json.WriteString("description"u8, charge.Description);
        json.WriteBoolean("disputed"u8, charge.Disputes is { Count: > 0 });
        json.WriteNull("failure_balance_transaction"u8);
        json.WriteString("failure_code"u8, charge.Failure?.Code);
        json.WriteString("failure_message"u8, charge.Failure?.Message);
        json.WriteStartObject("fraud_details"u8);
        json.WriteEndObject();
        json.WriteBoolean("livemode"u8, false);
        PaymentIntentJson.WriteMetadata(json, charge.Metadata);
        json.WriteNull("on_behalf_of"u8);
        json.WriteStartObject("outcome"u8);
        json.WriteString("advice_code"u8, charge.Failure?.AdviceCode);
        json.WriteNull("network_advice_code"u8);
        json.WriteNull("network_decline_code"u8);
        json.WriteString("network_status"u8, paid ? "approved_by_network"u8 : "declined_by_network"u8);
        json.WriteString("reason"u8, charge.Failure is null ? null : charge.Failure.DeclineCode ?? charge.Failure.Code);
        json.WriteString("risk_level"u8, "normal"u8);
        json.WriteNumber("risk_score"u8, 8);
        json.WriteString(
            "seller_message"u8, paid ? "Payment complete."u8 : "The bank did not return any further details with this decline."u8);
        json.WriteString("type"u8, paid ? "authorized"u8 : "issuer_declined"u8);
        json.WriteEndObject();
        json.WriteBoolean("paid"u8, paid);
        if (expand.HasFlag(Expand.PaymentIntent))
        {
            json.WritePropertyName("payment_intent"u8);
            Intent.Write(json, Expand.None);
        }
        else
        {
            json.WriteString("payment_intent"u8, charge.PaymentIntent);
        }
        json.WriteString("payment_method"u8, charge.PaymentMethod.Id);
        json.WriteStartObject("payment_method_details"u8);
        AttachedPaymentMethod.WriteDetails(json, charge.PaymentMethod.Kind(), ofCharge: true);
        json.WriteString("type"u8, charge.PaymentMethod.Kind().Type);
        json.WriteEndObject();
        json.WriteNull("receipt_email"u8);
        json.WriteNull("receipt_number"u8);
        json.WriteNull("receipt_url"u8);
        json.WriteBoolean("refunded"u8, charge.FullyRefunded);
        if (expand.HasFlag(Expand.Refunds))
        {
            json.WritePropertyName("refunds"u8);
            var newest = (charge.Refunds ?? []).Reverse().Select(r => new RefundView(Intent, r));
            new StripeList($"/v1/charges/{charge.Id}/refunds", [.. newest], HasMore: false).Write(json, Expand.None);
        }
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
