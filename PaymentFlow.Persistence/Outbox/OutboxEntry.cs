using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Persistence.Outbox;

/// <summary>A committed row of the table <c>outbox</c>.</summary>
public sealed record OutboxEntry(long Id, string Topic, CloudEvent Event);
