namespace PaymentFlow.Messaging.Pruning;

/// <summary>What of a table may go, and when. Never anything on which correctness rests.</summary>
/// <param name="Table">For the log.</param>
/// <param name="Sql">
/// Deletes at most <c>$2</c> rows that were done with before <c>$1</c>, the oldest first, passing over those that are locked.
/// </param>
/// <param name="Keep">How long a row is kept after it is done with.</param>
public sealed record PruningRule(string Table, string Sql, TimeSpan Keep);
