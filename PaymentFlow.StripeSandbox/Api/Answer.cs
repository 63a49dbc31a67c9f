using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Api;

/// <summary>An object of the API that can write itself in Stripe's JSON format.</summary>
internal interface IStripeObject
{
    void Write(Utf8JsonWriter json, Expand expand);
}

/// <summary>
/// A complete response of the API. The same answer always produces the same bytes, so idempotency keys store the answer instead of the
/// body. If <see cref="Error"/> is set, <see cref="Content"/> is the PaymentIntent that the error concerns, or null.
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
