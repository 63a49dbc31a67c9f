using System.Text.Json;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Objects;

/// <summary>
/// A PaymentIntent in Stripe's JSON format of API version 2026-10-28.endive:
/// <see href="https://docs.stripe.com/api/payment_intents/object"/>.
/// </summary>
static class PaymentIntentJson
{
    public static void Write(Utf8JsonWriter json, PaymentIntent intent, Expand expand)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, intent.Id);
        json.WriteString("object"u8, "payment_intent"u8);
        WriteTypes(json, "allowed_payment_method_types"u8, intent.AllowedPaymentMethodTypes);
        json.WriteNumber("amount"u8, intent.Amount);
        json.WriteNumber("amount_capturable"u8, 0);
        json.WriteStartObject("amount_details"u8);
        json.WriteStartObject("tip"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteNumber("amount_received"u8, intent.AmountReceived);
        json.WriteNull("application"u8);
        json.WriteNull("application_fee_amount"u8);
        if (intent.AutomaticPaymentMethods is { } automatic)
        {
            json.WriteStartObject("automatic_payment_methods"u8);
            json.WriteString("allow_redirects"u8, automatic.AllowRedirects);
            json.WriteBoolean("enabled"u8, true);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("automatic_payment_methods"u8);
        }
        WriteNumber(json, "canceled_at"u8, intent.CanceledAt);
        json.WriteString("cancellation_reason"u8, intent.CancellationReason);
        json.WriteString("capture_method"u8, intent.CaptureMethod);
        json.WriteString("client_secret"u8, intent.ClientSecret);
        json.WriteString("confirmation_method"u8, "automatic"u8);
        json.WriteNumber("created"u8, intent.Created);
        json.WriteString("currency"u8, intent.Currency);
        json.WriteString("customer"u8, intent.Customer);
        json.WriteNull("customer_account"u8);
        json.WriteString("description"u8, intent.Description);
        json.WriteNull("excluded_payment_method_types"u8);
        WriteFailure(json, intent.LastPaymentError);
        if (expand.HasFlag(Expand.LatestCharge) && intent.LatestCharge is { } charge)
        {
            json.WritePropertyName("latest_charge"u8);
            new ChargeView(intent, charge).Write(json, expand & Expand.Refunds);
        }
        else
        {
            json.WriteString("latest_charge"u8, intent.LatestCharge?.Id);
        }
        json.WriteBoolean("livemode"u8, false);
        json.WriteNull("managed_payments"u8);
        WriteMetadata(json, intent.Metadata);
        WriteNextAction(json, intent.Authentication);
        json.WriteNull("on_behalf_of"u8);
        if (expand.HasFlag(Expand.PaymentMethod) && intent.PaymentMethod is { } method)
        {
            json.WritePropertyName("payment_method"u8);
            method.Write(json);
        }
        else
        {
            json.WriteString("payment_method"u8, intent.PaymentMethod?.Id);
        }
        json.WriteNull("payment_method_configuration_details"u8);
        json.WriteStartObject("payment_method_options"u8);
        if (intent.PaymentMethodTypes.Contains("card"))
        {
            json.WriteStartObject("card"u8);
            json.WriteNull("installments"u8);
            json.WriteNull("mandate_options"u8);
            json.WriteNull("network"u8);
            json.WriteString("request_three_d_secure"u8, "automatic"u8);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        WriteTypes(json, "payment_method_types"u8, intent.PaymentMethodTypes);
        json.WriteNull("payment_record"u8);
        json.WriteNull("processing"u8);
        json.WriteString("receipt_email"u8, intent.ReceiptEmail);
        json.WriteNull("review"u8);
        json.WriteString("setup_future_usage"u8, intent.SetupFutureUsage);
        json.WriteNull("shipping"u8);
        json.WriteNull("source"u8);
        json.WriteString("statement_descriptor"u8, intent.StatementDescriptor);
        json.WriteString("statement_descriptor_suffix"u8, intent.StatementDescriptorSuffix);
        json.WriteString("status"u8, intent.Status);
        json.WriteNull("transfer_data"u8);
        json.WriteString("transfer_group"u8, intent.TransferGroup);
        json.WriteEndObject();
    }

    public static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject("metadata"u8);
        foreach (var (key, value) in metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    static void WriteTypes(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? types)
    {
        if (types is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        foreach (var type in types) json.WriteStringValue(type);
        json.WriteEndArray();
    }

    static void WriteFailure(Utf8JsonWriter json, PaymentFailure? failure)
    {
        if (failure is null)
        {
            json.WriteNull("last_payment_error"u8);
            return;
        }
        json.WriteStartObject("last_payment_error"u8);
        failure.Error.WriteFields(json);
        json.WritePropertyName("payment_method"u8);
        failure.PaymentMethod.Write(json);
        json.WriteEndObject();
    }

    static void WriteNextAction(Utf8JsonWriter json, Authentication? authentication)
    {
        if (authentication is null)
        {
            json.WriteNull("next_action"u8);
            return;
        }
        json.WriteStartObject("next_action"u8);
        if (authentication.ReturnUrl is { } returnUrl)
        {
            json.WriteStartObject("redirect_to_url"u8);
            json.WriteString("return_url"u8, returnUrl);
            json.WriteString("url"u8, authentication.Url);
            json.WriteEndObject();
            json.WriteString("type"u8, "redirect_to_url"u8);
        }
        else
        {
            // Stripe does not document this object. Its `stripe_js` field holds the URL of the challenge.
            json.WriteString("type"u8, "use_stripe_sdk"u8);
            json.WriteStartObject("use_stripe_sdk"u8);
            json.WriteString("source"u8, authentication.Source);
            json.WriteString("stripe_js"u8, authentication.Url);
            json.WriteString("type"u8, "three_d_secure_redirect"u8);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
