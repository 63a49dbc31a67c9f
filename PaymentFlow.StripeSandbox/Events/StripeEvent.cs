using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Events;

/// <summary>
/// The part of an event that the journal stores. The event's object is in the same line. <see cref="Created"/> is in Unix seconds.
/// <see cref="Pending"/> is true when an endpoint receives this type of event.
/// </summary>
sealed record EventHeader(string Id, string Type, long Created, bool Pending)
{
    /// <summary>The id of the refund or dispute that the event concerns, if any.</summary>
    public string? Subject { get; init; }
}

/// <summary>An event with the object as it was at that time: <see href="https://docs.stripe.com/api/events/object"/>.</summary>
sealed record StripeEvent(EventHeader Header, PaymentIntent Intent, string? RequestId, string? IdempotencyKey) : IStripeObject
{
    public byte[] ToJson()
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output)) Write(json, Expand.None);
        return output.WrittenSpan.ToArray();
    }

    public void Write(Utf8JsonWriter json, Expand expand)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Header.Id);
        json.WriteString("object"u8, "event"u8);
        json.WriteString("api_version"u8, StripeApi.Version);
        json.WriteNumber("created"u8, Header.Created);
        json.WriteStartObject("data"u8);
        json.WritePropertyName("object"u8);
        Subject().Write(json, Expand.None);
        json.WriteEndObject();
        json.WriteBoolean("livemode"u8, false);
        json.WriteNumber("pending_webhooks"u8, Header.Pending ? 1 : 0);
        json.WriteStartObject("request"u8);
        // Both are null for an event that no API call caused.
        json.WriteString("id"u8, RequestId);
        json.WriteString("idempotency_key"u8, IdempotencyKey);
        json.WriteEndObject();
        json.WriteString("type"u8, Header.Type);
        json.WriteEndObject();
    }

    IStripeObject Subject() =>
        Header.Subject is { } subject ? Intent.View(subject)
        : Header.Type.StartsWith("charge.", StringComparison.Ordinal) ? new ChargeView(Intent, Intent.LatestCharge!)
        : Intent;
}
