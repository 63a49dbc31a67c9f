using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Objects;

static class DisputeStatus
{
    public const string NeedsResponse = "needs_response";
    public const string Won = "won";
    public const string Lost = "lost";
}

/// <summary>
/// A dispute by the customer's bank, which takes the money back immediately. <see cref="Amount"/> is in minor units, times are in Unix
/// seconds. <see cref="ClosedAt"/> is null while the dispute is open.
/// </summary>
sealed record Dispute(
    string Id,
    string PaymentIntent,
    string Charge,
    long Amount,
    string Currency,
    string Reason,
    long Created,
    string Status)
{
    public long? ClosedAt { get; init; }

    [JsonIgnore]
    public bool Open => ClosedAt is null;

    /// <summary>The bank has the money, so nothing can be refunded unless the dispute is won.</summary>
    [JsonIgnore]
    public bool BlocksRefunds => Status != DisputeStatus.Won;
}

/// <summary>A dispute in Stripe's JSON format: <see href="https://docs.stripe.com/api/disputes/object"/>.</summary>
sealed record DisputeView(PaymentIntent Intent, Dispute Dispute) : IStripeObject
{
    /// <summary>Stripe's fee for a dispute, in minor units.</summary>
    const long Fee = 1500;

    public void Write(Utf8JsonWriter json, Expand expand)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Dispute.Id);
        json.WriteString("object"u8, "dispute"u8);
        json.WriteNumber("amount"u8, Dispute.Amount);
        json.WriteStartArray("balance_transactions"u8);
        WriteTransaction(json, "a", -Dispute.Amount, Fee, Dispute.Created, "Chargeback withdrawal", "dispute");
        if (Dispute is { Status: DisputeStatus.Won, ClosedAt: { } closed })
            WriteTransaction(json, "b", Dispute.Amount, 0, closed, "Chargeback reversal", "dispute_reversal");
        json.WriteEndArray();
        if (expand.HasFlag(Expand.Charge))
        {
            json.WritePropertyName("charge"u8);
            new ChargeView(Intent, Intent.LatestCharge!).Write(json, Expand.None);
        }
        else
        {
            json.WriteString("charge"u8, Dispute.Charge);
        }
        json.WriteNumber("created"u8, Dispute.Created);
        json.WriteString("currency"u8, Dispute.Currency);
        json.WriteStartArray("enhanced_eligibility_types"u8);
        json.WriteEndArray();
        json.WriteStartObject("evidence"u8);
        json.WriteEndObject();
        json.WriteStartObject("evidence_details"u8);
        json.WriteNumber("due_by"u8, Dispute.Created + (long)TimeSpan.FromDays(9).TotalSeconds);
        json.WriteBoolean("has_evidence"u8, false);
        json.WriteBoolean("past_due"u8, false);
        json.WriteNumber("submission_count"u8, 0);
        json.WriteEndObject();
        json.WriteNull("intended_submission_method"u8);
        json.WriteBoolean("is_charge_refundable"u8, false);
        json.WriteBoolean("livemode"u8, false);
        PaymentIntentJson.WriteMetadata(json, Metadata.Empty);
        json.WriteString("network_reason_code"u8, DisputeReasons.NetworkCode(Dispute.Reason));
        if (expand.HasFlag(Expand.PaymentIntent))
        {
            json.WritePropertyName("payment_intent"u8);
            Intent.Write(json, Expand.None);
        }
        else
        {
            json.WriteString("payment_intent"u8, Dispute.PaymentIntent);
        }
        json.WriteStartObject("payment_method_details"u8);
        json.WriteStartObject("card"u8);
        json.WriteString("brand"u8, Intent.LatestCharge!.PaymentMethod.Kind().Brand);
        json.WriteString("case_type"u8, "chargeback"u8);
        json.WriteString("network_reason_code"u8, DisputeReasons.NetworkCode(Dispute.Reason));
        json.WriteEndObject();
        json.WriteString("type"u8, "card"u8);
        json.WriteEndObject();
        json.WriteString("reason"u8, Dispute.Reason);
        json.WriteString("status"u8, Dispute.Status);
        json.WriteEndObject();
    }

    void WriteTransaction(Utf8JsonWriter json, string suffix, long amount, long fee, long created, string description, string category)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"txn_1{Dispute.Id[4..]}{suffix}");
        json.WriteString("object"u8, "balance_transaction"u8);
        json.WriteNumber("amount"u8, amount);
        json.WriteNumber("available_on"u8, created);
        json.WriteString("balance_type"u8, "payments"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("currency"u8, Dispute.Currency);
        json.WriteString("description"u8, $"{description} for {Dispute.Charge}");
        json.WriteNull("exchange_rate"u8);
        json.WriteNumber("fee"u8, fee);
        json.WriteStartArray("fee_details"u8);
        if (fee > 0)
        {
            json.WriteStartObject();
            json.WriteNumber("amount"u8, fee);
            json.WriteNull("application"u8);
            json.WriteString("currency"u8, Dispute.Currency);
            json.WriteString("description"u8, "Dispute fee"u8);
            json.WriteString("type"u8, "stripe_fee"u8);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("net"u8, amount - fee);
        json.WriteString("reporting_category"u8, category);
        json.WriteString("source"u8, Dispute.Id);
        json.WriteString("status"u8, "available"u8);
        json.WriteString("type"u8, "adjustment"u8);
        json.WriteEndObject();
    }
}
