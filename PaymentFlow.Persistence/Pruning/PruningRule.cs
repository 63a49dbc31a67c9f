namespace PaymentFlow.Persistence.Pruning;

/// <summary>Which rows of a table are deleted, and when. Correctness must not depend on these rows.</summary>
/// <param name="Table">For the log.</param>
/// <param name="Sql">
/// Deletes at most <c>$2</c> rows that were finished before <c>$1</c>, oldest first, and skips locked rows. <c>$3</c> is the UUIDv7 of
/// <c>$1</c>, for tables whose primary key begins with one, which then need no index on the time.
/// </param>
/// <param name="Keep">How long a row is kept after it is finished.</param>
public sealed record PruningRule(string Table, string Sql, TimeSpan Keep);
