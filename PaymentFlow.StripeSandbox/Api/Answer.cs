using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Api;

/// <summary>Something that the API answers, in Stripe's shape.</summary>
internal interface IStripeObject
{
    void Write(Utf8JsonWriter json, Expand expand);
}

/// <summary>
/// An answer of the API, whole: the same one always gives the same body, byte for byte, so that keeping it is keeping the body.
/// With an <see cref="Error"/>, <see cref="Content"/> is the PaymentIntent that it is about, if any.
/// </summary>
internal sealed record Answer(string RequestId, int Status, IStripeObject? Content, StripeError? Error, Expand Expand = Expand.None)
{
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        if (Error is null)
        {
            Content!.Write(json, Expand);
            return;
        }
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        Error.WriteFields(json);
        if (Content is PaymentIntent intent)
        {
            json.WritePropertyName("payment_intent"u8);
            intent.Write(json, Expand);
            if (intent.LastPaymentError is { } failure && failure.Error == Error)
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
