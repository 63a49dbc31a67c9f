namespace PaymentFlow.Contracts.Statistics;

/// <summary>The current state of an outbox, and its events of the last hour.</summary>
/// <param name="Unpublished">Events that are committed but not in Kafka yet.</param>
/// <param name="Minutes">The last 60 minutes, oldest first; the last one is not over yet.</param>
public sealed record OutboxStatistics(Waiting Unpublished, IReadOnlyList<MinuteStatistics> Minutes);

/// <summary>Items that are waiting.</summary>
/// <param name="OldestSeconds">How long the oldest item has been waiting; 0 when there is none.</param>
public sealed record Waiting(long Count, double OldestSeconds);

/// <summary>One minute of an outbox.</summary>
/// <param name="At">When the minute began, UTC.</param>
/// <param name="Published">Number of events that Kafka acknowledged.</param>
/// <param name="Committed">Number of events committed, by type; a type without events is absent.</param>
public sealed record MinuteStatistics(DateTimeOffset At, long Published, IReadOnlyDictionary<string, long> Committed);
