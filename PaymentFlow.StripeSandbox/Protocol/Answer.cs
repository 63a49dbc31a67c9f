using System.Buffers;
using System.Text.Json;

namespace PaymentFlow.StripeSandbox.Protocol;

/// <summary>An object of the API that can write itself in Stripe's JSON format.</summary>
interface IStripeObject
{
    void Write(Utf8JsonWriter json, Expand expand);

    /// <summary>Writes the fields that an error about this object has in addition.</summary>
    void WriteIntoError(Utf8JsonWriter json, StripeError error, Expand expand)
    {
    }
}

/// <summary>
/// A complete response of the API. The same answer always produces the same bytes, so idempotency keys store the answer instead of the
/// body. If <see cref="Error"/> is set, <see cref="Content"/> is the PaymentIntent that the error concerns, or null.
/// </summary>
sealed record Answer(string RequestId, int Status, IStripeObject? Content, StripeError? Error, Expand Expand = Expand.None)
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
        Content?.WriteIntoError(json, Error, Expand);
        json.WriteString("request_log_url"u8, $"https://dashboard.stripe.com/test/logs/{RequestId}");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
