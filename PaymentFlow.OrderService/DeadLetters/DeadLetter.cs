using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Confluent.Kafka;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>A message that could not be applied. Times are in UTC.</summary>
/// <param name="IsCut">Whether a long value is cut, as in the list.</param>
sealed record DeadLetter(
    Guid Id, string Topic, int Partition, long Offset, string? Key, IReadOnlyDictionary<string, string> Headers, byte[]? Data,
    string Error, DateTime ReceivedAt, DateTime? ReplayedAt, bool IsCut)
{
    /// <summary>The message as Kafka delivered it.</summary>
    public Message<string, byte[]> ToMessage()
    {
        Headers headers = [];
        foreach (var (name, value) in Headers) headers.Add(name, Encoding.UTF8.GetBytes(value));
        return new Message<string, byte[]> { Key = Key!, Headers = headers, Value = Data! };
    }
}

/// <summary>A message that waits for an operator.</summary>
/// <param name="Id">The event's id; derived from the message's content if the message has no id.</param>
/// <param name="Headers">All Kafka headers; the CloudEvents attributes are <c>ce_…</c>.</param>
/// <param name="Event">The data, if it is JSON that can be shown as such.</param>
/// <param name="Text">The data decoded as UTF-8, if it is anything else.</param>
/// <param name="Error">The reason why it could not be applied.</param>
/// <param name="Truncated">Whether the list cut a long value (data, key, header or error). A replay uses the complete message.</param>
public sealed record DeadLetterResponse(
    Guid Id, string Topic, int Partition, long Offset, string? Key, IReadOnlyDictionary<string, string> Headers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Event,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    string Error, DateTime ReceivedAt, bool Truncated)
{
    // The answer nests the event, and the serializer refuses more than 64 levels.
    static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 32 };

    internal static DeadLetterResponse From(DeadLetter letter)
    {
        var json = Read(letter.Data);
        return new DeadLetterResponse(
            letter.Id, letter.Topic, letter.Partition, letter.Offset, letter.Key, letter.Headers, json,
            json is null && letter.Data is not null ? Encoding.UTF8.GetString(letter.Data) : null, letter.Error, letter.ReceivedAt,
            letter.IsCut);
    }

    static JsonElement? Read(byte[]? data)
    {
        if (data is null) return null;
        try
        {
            var json = JsonElement.Parse(data, Shallow);
            // An element can be read and still not be written: half a surrogate pair is valid JSON, but no text.
            using Utf8JsonWriter writer = new(Stream.Null);
            json.WriteTo(writer);
            return json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Invalid JSON is often the reason for the dead letter.
            return null;
        }
    }
}

/// <param name="Next">The value for <c>?after=</c> of the next page; null on the last page.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterResponse> DeadLetters, Guid? Next);

/// <summary>A dead letter that was applied.</summary>
/// <param name="Order">The order that the event belongs to, in its present state.</param>
public sealed record ReplayedResponse(Guid Id, DateTime ReplayedAt, OrderResponse? Order);
