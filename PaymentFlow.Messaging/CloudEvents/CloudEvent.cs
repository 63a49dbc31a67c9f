namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>A CloudEvents 1.0 event with JSON data, as stored in the outbox and published to Kafka.</summary>
/// <param name="Key">The Kafka key: the order id.</param>
/// <param name="Time">When the event happened, UTC.</param>
/// <param name="TraceParent">W3C trace context of the request or message that caused the event.</param>
public sealed record CloudEvent(
    Guid Id,
    string Type,
    string Source,
    DateTimeOffset Time,
    string Key,
    byte[] Data,
    string? TraceParent);
