namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>A CloudEvents 1.0 event with JSON data, as it stands in the outbox and travels through Kafka.</summary>
/// <param name="Key">The Kafka key: the order id.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="TraceParent">W3C trace context of what caused it.</param>
public sealed record CloudEvent(
    Guid Id,
    string Type,
    string Source,
    DateTimeOffset Time,
    string Key,
    byte[] Data,
    string? TraceParent);
