namespace PaymentFlow.Messaging.Figures;

/// <summary>How an outbox is, and what went through it in the last hour.</summary>
/// <param name="Unpublished">Events that are committed and not in Kafka yet.</param>
/// <param name="Minutes">The last 60, the earliest first; the last of them is not over yet.</param>
public sealed record OutboxFigures(Waiting Unpublished, IReadOnlyList<MinuteFigures> Minutes);

/// <summary>Things that wait.</summary>
/// <param name="OldestSeconds">For how long the oldest has; 0 when none does.</param>
public sealed record Waiting(long Count, double OldestSeconds);

/// <summary>A minute of an outbox.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Published">Events that Kafka took.</param>
/// <param name="Committed">Events that became true, by their type; one that did not happen is not in it.</param>
public sealed record MinuteFigures(DateTimeOffset At, long Published, IReadOnlyDictionary<string, long> Committed);
