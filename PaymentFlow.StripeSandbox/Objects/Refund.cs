using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Objects;

static class RefundStatus
{
    public const string Pending = "pending";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Canceled = "canceled";
}

/// <summary>
/// A refund. <see cref="Amount"/> is in minor units, <see cref="Created"/> in Unix seconds. <see cref="Becomes"/> is the status that an
/// after-effect gives it later, or null.
/// </summary>
sealed record Refund(
    string Id,
    string PaymentIntent,
    string Charge,
    string PaymentMethod,
    long Amount,
    string Currency,
    string? Reason,
    IReadOnlyDictionary<string, string> Metadata,
    long Created,
    string Status,
    string? Becomes)
{
    public string? FailureReason { get; init; }

    [JsonIgnore]
    public bool TakesMoney => Status is RefundStatus.Pending or RefundStatus.Succeeded;
}

/// <summary>A refund in Stripe's JSON format: <see href="https://docs.stripe.com/api/refunds/object"/>.</summary>
sealed record RefundView(PaymentIntent Intent, Refund Refund) : IStripeObject
{
    public void Write(Utf8JsonWriter json, Expand expand)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Refund.Id);
        json.WriteString("object"u8, "refund"u8);
        json.WriteNumber("amount"u8, Refund.Amount);
        json.WriteNull("balance_transaction"u8);
        if (expand.HasFlag(Expand.Charge))
        {
            json.WritePropertyName("charge"u8);
            new ChargeView(Intent, Intent.LatestCharge!).Write(json, Expand.None);
        }
        else
        {
            json.WriteString("charge"u8, Refund.Charge);
        }
        json.WriteNumber("created"u8, Refund.Created);
        json.WriteString("currency"u8, Refund.Currency);
        json.WriteNull("customer"u8);
        json.WriteNull("customer_account"u8);
        json.WriteStartObject("destination_details"u8);
        json.WriteStartObject("card"u8);
        json.WriteString("reference_status"u8, "pending"u8);
        json.WriteString("reference_type"u8, "acquirer_reference_number"u8);
        json.WriteString("type"u8, "refund"u8);
        json.WriteEndObject();
        json.WriteString("type"u8, "card"u8);
        json.WriteEndObject();
        if (Refund.FailureReason is { } reason) json.WriteString("failure_reason"u8, reason);
        PaymentIntentJson.WriteMetadata(json, Refund.Metadata);
        if (expand.HasFlag(Expand.PaymentIntent))
        {
            json.WritePropertyName("payment_intent"u8);
            Intent.Write(json, Expand.None);
        }
        else
        {
            json.WriteString("payment_intent"u8, Refund.PaymentIntent);
        }
        json.WriteString("payment_method"u8, Refund.PaymentMethod);
        if (Refund.Status == RefundStatus.Pending) json.WriteString("pending_reason"u8, "processing"u8);
        json.WriteString("reason"u8, Refund.Reason);
        json.WriteNull("receipt_number"u8);
        json.WriteNull("source_transfer_reversal"u8);
        json.WriteString("status"u8, Refund.Status);
        json.WriteNull("transfer_reversal"u8);
        json.WriteEndObject();
    }
}
