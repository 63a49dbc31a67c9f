using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Confluent.Kafka;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.OrderService.DeadLetters;

/// <summary>A message that could not be applied, whole. Times in UTC.</summary>
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
/// <param name="Id">Its event's id, or one made of its content where it brought none.</param>
/// <param name="Headers">The CloudEvents attributes as <c>ce_…</c>, and whatever else came with it.</param>
/// <param name="Event">Its data, where that is JSON.</param>
/// <param name="Text">Its data, where that is not JSON, as far as it is text.</param>
/// <param name="Error">Why it could not be applied when it came.</param>
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
            // Often the very reason for which it is here.
            return null;
        }
    }
}

/// <param name="Next">For <c>?after=</c>: null when there are no more.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterResponse> DeadLetters, Guid? Next);

/// <summary>A message that is applied now.</summary>
/// <param name="Order">The order that it tells of, as it is now.</param>
public sealed record ReplayedResponse(Guid Id, DateTime ReplayedAt, OrderResponse? Order);
