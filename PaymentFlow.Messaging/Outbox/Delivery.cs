namespace PaymentFlow.Messaging.Outbox;

/// <summary>A row of the outbox that Kafka has.</summary>
/// <param name="At">When its acknowledgement came.</param>
public readonly record struct Delivery(long Id, DateTimeOffset At);
