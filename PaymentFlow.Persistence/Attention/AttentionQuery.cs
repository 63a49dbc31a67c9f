namespace PaymentFlow.Persistence.Attention;

/// <summary>How one kind of items is found.</summary>
/// <param name="Kind">One of <see cref="Contracts.Attention.AttentionKinds"/>.</param>
/// <param name="Sql">
/// A SELECT of the columns <c>id</c> (text), <c>since</c>, <c>order_id</c>, <c>reference</c>, <c>amount</c>, <c>currency</c>,
/// <c>status</c>, <c>detail</c>, <c>due_at</c>, <c>payment_intent</c> and <c>times</c> (integer). It uses an index that holds little more
/// than its rows, because it runs every few seconds while a console is open.
/// </param>
/// <param name="Order">By these columns; newest first where nothing is more urgent than another.</param>
public sealed record AttentionQuery(string Kind, string Sql, string Order = "since DESC, id")
{
    /// <summary>
    /// The text in a column as a UUID, or NULL. The key of a Kafka message may be anything, and one bad row must not fail the statement.
    /// </summary>
    public static string UuidOf(string column) =>
        $"CASE WHEN left({column}, 37) ~ '^[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$' THEN {column}::uuid END";
}
