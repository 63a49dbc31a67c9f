using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>
/// CloudEvents' Kafka protocol binding 1.0, binary content mode: attributes are headers <c>ce_…</c>, data is the value.
/// See docs/decisions/0005-cloudevents-binding.md. The extension attribute <c>signature</c> proves who wrote the event: the lower-case
/// hexadecimal digits of an HMAC-SHA256, see docs/decisions/0016-signed-events.md.
/// </summary>
public static class KafkaBinding
{
    const string IdHeader = "ce_id";
    const string TypeHeader = "ce_type";
    const string SourceHeader = "ce_source";
    const string SpecVersionHeader = "ce_specversion";
    const string TimeHeader = "ce_time";
    const string TraceParentHeader = "traceparent";
    const string SignatureHeader = "ce_signature";
    const int SignatureLength = 2 * HMACSHA256.HashSizeInBytes;
    // In bytes. Our own events are shorter.
    const int MaxOnStack = 1_024;
    static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    static readonly byte[] Json = "application/json"u8.ToArray();

    /// <summary>The signed message of an event.</summary>
    public static Message<string, byte[]> ToMessage(string topic, CloudEvent cloudEvent, string? traceParent, EventKeys keys)
    {
        var headers = new Headers
        {
            { IdHeader, Utf8(cloudEvent.Id.ToString()) },
            { TypeHeader, Utf8(cloudEvent.Type) },
            { SourceHeader, Utf8(cloudEvent.Source) },
            { SpecVersionHeader, SpecVersion },
            { TimeHeader, Utf8(InMicroseconds(cloudEvent.Time).ToString("O", CultureInfo.InvariantCulture)) },
            { "content-type", Json },
        };
        if (traceParent is not null) headers.Add(TraceParentHeader, Utf8(traceParent));
        Message<string, byte[]> message = new() { Key = cloudEvent.Key, Value = cloudEvent.Data, Headers = headers };
        Sign(topic, message, keys);
        return message;
    }

    /// <summary>Signs the message as it is now. Replaces an earlier signature.</summary>
    public static void Sign(string topic, Message<string, byte[]> message, EventKeys keys)
    {
        var signature = new byte[SignatureLength];
        Sign(message, keys.Of(topic)[0], signature);
        message.Headers.Remove(SignatureHeader);
        message.Headers.Add(SignatureHeader, signature);
    }

    /// <summary>Returns when the message is signed with a key of its topic. Compares in fixed time.</summary>
    /// <exception cref="EventSignatureException">The message is not signed, or was changed, or has another key's signature.</exception>
    public static void Verify(string topic, Message<string, byte[]> message, EventKeys keys)
    {
        if (Bytes(message, SignatureHeader) is not { } signature)
            throw new EventSignatureException($"The event is not signed: it has no header {SignatureHeader}.");
        Span<byte> expected = stackalloc byte[SignatureLength];
        foreach (var key in keys.Of(topic))
        {
            Sign(message, key, expected);
            if (CryptographicOperations.FixedTimeEquals(expected, signature)) return;
        }
        throw new EventSignatureException($"The signature is not that of a key for {topic}, or the event was changed.");
    }

    /// <summary>
    /// Signs these parts, as they are sent. Each is preceded by its length, so that no byte can move from one part to another. A missing
    /// part counts as empty.
    /// </summary>
    static void Sign(Message<string, byte[]> message, byte[] key, Span<byte> signature)
    {
        ReadOnlySpan<byte[]?> parts =
        [
            Bytes(message, SpecVersionHeader), Bytes(message, IdHeader), Bytes(message, SourceHeader), Bytes(message, TypeHeader),
            Bytes(message, TimeHeader), message.Value,
        ];
        var length = 0;
        foreach (var part in parts) length += sizeof(int) + (part?.Length ?? 0);
        var rented = length > MaxOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> input = rented ?? stackalloc byte[MaxOnStack];
        var rest = input;
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, part?.Length ?? 0);
            part.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + (part?.Length ?? 0))..];
        }
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, input[..length], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        Convert.TryToHexStringLower(hash, signature, out _);
    }

    /// <summary>Reads a message without looking at its signature. Our consumers call <see cref="Verify"/> first.</summary>
    /// <exception cref="FormatException">A required attribute is missing or malformed, or there is no data.</exception>
    public static CloudEvent Read(Message<string, byte[]> message)
    {
        if (message.Value is null) throw new FormatException("The message has no value.");
        if (Required(message, SpecVersionHeader) is var version and not "1.0")
            throw new FormatException($"ce_specversion is '{version}', not '1.0'.");
        if (!Guid.TryParse(Required(message, IdHeader), out var id)) throw new FormatException("ce_id is not a UUID.");
        if (!DateTimeOffset.TryParse(
                Required(message, TimeHeader), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new FormatException("ce_time is not a timestamp.");

        return new CloudEvent(
            id, Required(message, TypeHeader), Required(message, SourceHeader), time, message.Key ?? "", message.Value,
            Optional(message, TraceParentHeader));
    }

    // As Postgres stores it, so that an event has the same signature whether it is published from memory or from the outbox.
    static DateTime InMicroseconds(DateTimeOffset time) => time.UtcDateTime.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    static string Required(Message<string, byte[]> message, string header) =>
        Optional(message, header) ?? throw new FormatException($"The header {header} is missing.");

    static string? Optional(Message<string, byte[]> message, string header) =>
        Bytes(message, header) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    static byte[]? Bytes(Message<string, byte[]> message, string header) =>
        message.Headers is { } headers && headers.TryGetLastBytes(header, out var bytes) ? bytes : null;

    static byte[] Utf8(string value) => Encoding.UTF8.GetBytes(value);
}
