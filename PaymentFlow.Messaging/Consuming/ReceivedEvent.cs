using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Messaging.Consuming;

/// <summary>An event that could be read: its envelope and its data.</summary>
public sealed record ReceivedEvent<T>(CloudEvent Envelope, T Data);
