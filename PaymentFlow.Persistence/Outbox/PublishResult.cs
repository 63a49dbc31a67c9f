namespace PaymentFlow.Persistence.Outbox;

/// <summary>An outbox row that Kafka has acknowledged.</summary>
/// <param name="At">When the acknowledgment arrived.</param>
public readonly record struct PublishResult(long Id, DateTimeOffset At);
