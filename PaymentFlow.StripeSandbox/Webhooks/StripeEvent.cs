using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Webhooks;

internal static class EventType
{
    public const string Created = "payment_intent.created";
    public const string Succeeded = "payment_intent.succeeded";
    public const string Failed = "payment_intent.payment_failed";
    public const string RequiresAction = "payment_intent.requires_action";
    public const string Processing = "payment_intent.processing";
    public const string Canceled = "payment_intent.canceled";
    public const string ChargeSucceeded = "charge.succeeded";
    public const string ChargeFailed = "charge.failed";
}

/// <summary>What the journal keeps of an event; its object is in the same line. <see cref="Created"/> is in Unix seconds.</summary>
internal sealed record EventHeader(string Id, string Type, long Created, bool Pending);

/// <summary>Something that happened, with the object as it was then: <see href="https://docs.stripe.com/api/events/object"/>.</summary>
internal sealed record StripeEvent(EventHeader Header, PaymentIntent Intent, string? RequestId, string? IdempotencyKey)
{
    public byte[] ToJson()
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output)) Write(json);
        return output.WrittenSpan.ToArray();
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Header.Id);
        json.WriteString("object"u8, "event"u8);
        json.WriteString("api_version"u8, StripeApi.Version);
        json.WriteNumber("created"u8, Header.Created);
        json.WriteStartObject("data"u8);
        json.WritePropertyName("object"u8);
        if (Header.Type.StartsWith("charge.", StringComparison.Ordinal)) Intent.LatestCharge!.Write(json);
        else PaymentIntentJson.Write(json, Intent, Expand.None);
        json.WriteEndObject();
        json.WriteBoolean("livemode"u8, false);
        json.WriteNumber("pending_webhooks"u8, Header.Pending ? 1 : 0);
        json.WriteStartObject("request"u8);
        json.WriteString("id"u8, RequestId);
        json.WriteString("idempotency_key"u8, IdempotencyKey);
        json.WriteEndObject();
        json.WriteString("type"u8, Header.Type);
        json.WriteEndObject();
    }
}
