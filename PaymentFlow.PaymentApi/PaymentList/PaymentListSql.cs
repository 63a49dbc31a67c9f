namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary>
/// The statement that reads a page and counts. It follows the primary key from its end, because a payment's id begins with its time
/// (UUIDv7).
/// </summary>
/// <remarks>
/// Parameters: <c>@from</c> and <c>@to</c> bound the ids, <c>@limit</c> the page and <c>@depth</c> the count; the others are the filters.
/// The conditions of absent filters are dropped when the statement is planned
/// (<see cref="Persistence.Database.IndexScans.PreferForValues"/>).
/// </remarks>
static class PaymentListSql
{
    const string IsUnknown = "(p.status = 'processing' AND p.attempt_id IS NOT NULL AND p.updated_at < @overdue)";

    const string Matches = $"""
        p.id >= @from AND p.id < @to
        AND (@status IS NULL OR p.status = @status)
        AND (@currency IS NULL OR p.currency = @currency)
        AND (@minAmount IS NULL OR p.amount >= @minAmount)
        AND (@maxAmount IS NULL OR p.amount <= @maxAmount)
        AND (@refunded IS NULL OR @refunded = (p.status IN ('partially_refunded', 'refunded')))
        AND (@unknown IS NULL OR @unknown = {IsUnknown})
        AND (@orders IS NULL OR p.order_id = ANY(@orders))
        """;

    const string MatchesReference = """
        (p.reference LIKE @reference OR p.reference LIKE @upperReference
            OR p.payment_intent_id = @intent OR p.id = @id OR p.order_id = @id)
        """;

    const string Row = $"""
        p.id, p.order_id, p.reference, d.description, p.amount, p.amount_refunded, p.currency, p.status, {IsUnknown},
        EXISTS (SELECT FROM disputes WHERE payment_id = p.id), a.method_brand, a.method_last4, p.attempts, p.created_at, p.updated_at,
        p.payment_intent_id
        """;

    /// <summary>The rows of a page, and, in each, how many payments match and how many of them have the words and are new.</summary>
    public static string Page(PaymentFilter filter) => $"""
        WITH {Matching(filter)}
        SELECT {Row}, (SELECT count(*) FROM matching), {(HasWords(filter) ? "(SELECT count(*) FROM newest)" : "0::bigint")}
        FROM (SELECT id FROM ({(HasWords(filter) ? Found("ORDER BY id DESC LIMIT @limit") : "SELECT id FROM matching")}) AS found
            ORDER BY id DESC LIMIT @limit) AS page
        JOIN payments p ON p.id = page.id
        LEFT JOIN payment_attempts a ON a.id = p.attempt_id
        LEFT JOIN payment_descriptions d ON d.payment_id = p.id
        ORDER BY p.id DESC
        """;

    /// <summary>
    /// Its plan estimates how many payments match, apart from the words: the statistics know nothing of the beginnings of words.
    /// </summary>
    public static string Estimate(PaymentFilter filter) => $"EXPLAIN (FORMAT JSON) {ByColumns(filter, "")}";

    static bool HasWords(PaymentFilter filter) => filter.Search?.Words is not null;

    static string Matching(PaymentFilter filter)
    {
        var byColumns = ByColumns(filter, "ORDER BY p.id DESC LIMIT @depth");
        if (!HasWords(filter)) return $"matching AS MATERIALIZED ({byColumns})";
        // A word that many payments have is among the newest descriptions. Any other is found by its index, which knows no order, so it
        // must not be asked for a word that many have.
        return $"""
            by_columns AS MATERIALIZED ({byColumns}),
            newest AS MATERIALIZED ({ByWords(filter, """
                (SELECT payment_id, words FROM payment_descriptions WHERE payment_id >= @from AND payment_id < @to
                ORDER BY payment_id DESC LIMIT @window)
                """, "true")}),
            by_words AS MATERIALIZED ({ByWords(filter, "payment_descriptions", """
                d.payment_id >= @from AND d.payment_id < @to AND (SELECT count(*) FROM newest) < @limit
                """)}),
            matching AS MATERIALIZED ({Found("LIMIT @depth")} LIMIT @depth)
            """;
    }

    /// <param name="end">Which of the older payments to take. Only those of a page are sorted, because there may be many.</param>
    static string Found(string end) =>
        $"SELECT id FROM by_columns UNION SELECT id FROM newest UNION (SELECT id FROM by_words {end})";

    static string ByColumns(PaymentFilter filter, string end) => $"""
        SELECT p.id FROM payments p WHERE {Matches} {Disputed(filter)} {(filter.Search is null ? "" : $"AND {MatchesReference}")} {end}
        """;

    static string ByWords(PaymentFilter filter, string descriptions, string condition) => filter.HasColumns
        ? $"""
            SELECT p.id FROM {descriptions} d JOIN payments p ON p.id = d.payment_id
            WHERE d.words @@ @words::tsquery AND {condition} AND {Matches} {Disputed(filter)}
            """
        : $"SELECT d.payment_id AS id FROM {descriptions} d WHERE d.words @@ @words::tsquery AND {condition}";

    // Postgres makes a join of these only where they stand alone.
    static string Disputed(PaymentFilter filter) => filter.Disputed switch
    {
        true => "AND p.id IN (SELECT payment_id FROM disputes)",
        false => "AND NOT EXISTS (SELECT FROM disputes WHERE payment_id = p.id)",
        null => "",
    };
}
