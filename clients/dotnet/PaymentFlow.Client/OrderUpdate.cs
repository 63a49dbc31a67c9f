using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentFlow.Client;

/// <summary>A state of an order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Status">
/// <c>awaiting_payment</c>, <c>payment_failed</c>, <c>paid</c>, <c>partially_refunded</c>, <c>refunded</c> or <c>canceled</c>; more may be
/// added.
/// </param>
/// <param name="Version">Only increases.</param>
/// <param name="Message">The status for people, in the requested language.</param>
/// <param name="At">When the order reached this state, UTC.</param>
public sealed record OrderUpdate(Guid OrderId, string Status, long Version, string Message, DateTimeOffset At)
{
    const string Type = "order.updated";

    /// <summary>Whether the order cannot be paid any more, because it is paid or canceled.</summary>
    [JsonIgnore]
    public bool IsFinal => Status is "paid" or "partially_refunded" or "refunded" or "canceled";

    /// <returns>Null for a frame of another type, which a later release may send, and for what is no frame.</returns>
    internal static OrderUpdate? Read(ReadOnlySpan<byte> frame)
    {
        try
        {
            var read = JsonSerializer.Deserialize(frame, FrameJson.Default.Frame);
            return read is { Type: Type, Status: { } status, Message: { } message }
                ? new OrderUpdate(read.OrderId, status, read.Version, message, read.At)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

sealed record Frame(string? Type, Guid OrderId, string? Status, long Version, string? Message, DateTimeOffset At);

sealed record Problem(string? Code, string? Detail);

/// <summary>What the service sends. Unknown members are ignored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Frame))]
[JsonSerializable(typeof(Problem))]
sealed partial class FrameJson : JsonSerializerContext;
