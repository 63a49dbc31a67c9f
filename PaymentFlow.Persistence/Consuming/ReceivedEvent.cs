using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>A readable event: its envelope and its data.</summary>
public sealed record ReceivedEvent<T>(CloudEvent Envelope, T Data);
