using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>
/// CloudEvents' Kafka protocol binding 1.0, binary content mode: attributes are headers <c>ce_…</c>, data is the value.
/// See docs/decisions/0005-cloudevents-binding.md.
/// </summary>
public static class KafkaBinding
{
    const string TraceParentHeader = "traceparent";
    static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    static readonly byte[] Json = "application/json"u8.ToArray();

    public static Message<string, byte[]> ToMessage(CloudEvent cloudEvent, string? traceParent)
    {
        var headers = new Headers
        {
            { "ce_id", Utf8(cloudEvent.Id.ToString()) },
            { "ce_type", Utf8(cloudEvent.Type) },
            { "ce_source", Utf8(cloudEvent.Source) },
            { "ce_specversion", SpecVersion },
            { "ce_time", Utf8(cloudEvent.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) },
            { "content-type", Json },
        };
        if (traceParent is not null) headers.Add(TraceParentHeader, Utf8(traceParent));
        return new Message<string, byte[]> { Key = cloudEvent.Key, Value = cloudEvent.Data, Headers = headers };
    }

    /// <exception cref="FormatException">A required attribute is missing or malformed, or there is no data.</exception>
    public static CloudEvent Read(Message<string, byte[]> message)
    {
        if (message.Value is null) throw new FormatException("The message has no value.");
        if (Required(message, "ce_specversion") is var version and not "1.0")
            throw new FormatException($"ce_specversion is '{version}', not '1.0'.");
        if (!Guid.TryParse(Required(message, "ce_id"), out var id)) throw new FormatException("ce_id is not a UUID.");
        if (!DateTimeOffset.TryParse(
                Required(message, "ce_time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new FormatException("ce_time is not a timestamp.");

        return new CloudEvent(
            id, Required(message, "ce_type"), Required(message, "ce_source"), time, message.Key ?? "", message.Value,
            Optional(message, TraceParentHeader));
    }

    static string Required(Message<string, byte[]> message, string header) =>
        Optional(message, header) ?? throw new FormatException($"The header {header} is missing.");

    static string? Optional(Message<string, byte[]> message, string header) =>
        message.Headers is { } headers && headers.TryGetLastBytes(header, out var bytes) && bytes is not null
            ? Encoding.UTF8.GetString(bytes)
            : null;

    static byte[] Utf8(string value) => Encoding.UTF8.GetBytes(value);
}
