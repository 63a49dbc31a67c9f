using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Api;

/// <summary>
/// An answer of the API, whole: the same one always gives the same body, byte for byte, so that keeping it is keeping the body.
/// </summary>
internal sealed record Answer(string RequestId, int Status, PaymentIntent? Intent, StripeError? Error, Expand Expand = Expand.None)
{
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        if (Error is null)
        {
            PaymentIntentJson.Write(json, Intent!, Expand);
            return;
        }
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        Error.WriteFields(json);
        if (Intent is not null)
        {
            json.WritePropertyName("payment_intent"u8);
            PaymentIntentJson.Write(json, Intent, Expand);
            if (Intent.LastPaymentError is { } failure && failure.Error == Error)
            {
                json.WritePropertyName("payment_method"u8);
                failure.PaymentMethod.Write(json);
                json.WriteString("payment_method_type"u8, failure.PaymentMethod.Kind().Type);
            }
        }
        json.WriteString("request_log_url"u8, $"https://dashboard.stripe.com/test/logs/{RequestId}");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
