using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Confluent.Kafka;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>A complete message that could not be applied. Times are in UTC.</summary>
sealed record DeadLetter(
    Guid Id, string Topic, int Partition, long Offset, string? Key, IReadOnlyDictionary<string, string> Headers, byte[]? Data,
    string Error, DateTime ReceivedAt, DateTime? ReplayedAt)
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
/// <param name="Event">The data, if it is JSON.</param>
/// <param name="Text">The data decoded as UTF-8, if it is not JSON.</param>
/// <param name="Error">The reason why it could not be applied.</param>
public sealed record DeadLetterResponse(
    Guid Id, string Topic, int Partition, long Offset, string? Key, IReadOnlyDictionary<string, string> Headers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Event,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    string Error, DateTime ReceivedAt)
{
    internal static DeadLetterResponse From(DeadLetter letter)
    {
        var json = Read(letter.Data);
        return new DeadLetterResponse(letter.Id, letter.Topic, letter.Partition, letter.Offset, letter.Key, letter.Headers, json,
            json is null && letter.Data is not null ? Encoding.UTF8.GetString(letter.Data) : null, letter.Error, letter.ReceivedAt);
    }

    static JsonElement? Read(byte[]? data)
    {
        try
        {
            return data is null ? null : JsonElement.Parse(data);
        }
        catch (JsonException)
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
