using System.Globalization;
using System.Text.RegularExpressions;
using PaymentFlow.StripeSandbox.Api;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary>
/// <see href="https://docs.stripe.com/search#search-query-language">Stripe's search query language</see> for the fields <c>status</c>,
/// <c>currency</c>, <c>customer</c>, <c>amount</c>, <c>created</c> and <c>metadata['key']</c>. Clauses compare exactly (<c>:</c>), by
/// substring (<c>~</c>) or by order (<c>&gt; &lt; &gt;= &lt;=</c>). A leading <c>-</c> negates a clause. Clauses are joined by <c>AND</c>
/// or by <c>OR</c>, not by both. Unlike at Stripe, new PaymentIntents are found immediately.
/// </summary>
internal static partial class SearchQuery
{
    /// <exception cref="RequestRefusedException">The query cannot be parsed or is not supported.</exception>
    public static Func<PaymentIntent, bool> Parse(string query)
    {
        var clauses = new List<Func<PaymentIntent, bool>>();
        string? joint = null;
        for (var at = 0; at < query.Length;)
        {
            var clause = Clause().Match(query, at);
            if (!clause.Success) throw Unreadable(query);
            clauses.Add(Read(clause, query));
            at = clause.Index + clause.Length;
            if (at == query.Length) break;
            var next = Joint().Match(query, at);
            if (!next.Success || next.Index + next.Length == query.Length) throw Unreadable(query);
            // Clauses without an operator between them are joined by AND.
            var word = next.Groups["word"].Success ? next.Groups["word"].Value.ToUpperInvariant() : "AND";
            if (joint is not null && joint != word)
                throw new RequestRefusedException(StripeError.Invalid(
                    "We don't support combining `AND` and `OR` in one search query.", param: "query"));
            joint = word;
            at = next.Index + next.Length;
        }
        if (clauses.Count == 0) throw Unreadable(query);
        return joint == "OR" ? intent => clauses.Any(fits => fits(intent)) : intent => clauses.All(fits => fits(intent));
    }

    static Func<PaymentIntent, bool> Read(Match clause, string query)
    {
        var (field, relation) = (clause.Groups["field"].Value, clause.Groups["relation"].Value);
        var quoted = clause.Groups["text"].Success;
        var value = quoted ? Escaped().Replace(clause.Groups["text"].Value, "$1") : clause.Groups["number"].Value;
        Func<PaymentIntent, bool> fits = field switch
        {
            "status" when relation == ":" => intent => intent.Status == value,
            "currency" when relation == ":" => intent => string.Equals(intent.Currency, value, StringComparison.OrdinalIgnoreCase),
            "customer" when relation == ":" => intent => intent.Customer == value,
            "amount" => ByOrder(relation, Number(value, query), intent => intent.Amount),
            "created" => ByOrder(relation, Number(value, query), intent => intent.Created),
            _ when clause.Groups["key"].Success && relation is ":" or "~" =>
                ByMetadata(clause.Groups["key"].Value, relation, quoted, value, query),
            _ => throw new RequestRefusedException(StripeError.Invalid(
                $"Field `{field}` with `{relation}` is not a supported search of payment_intents here. "
                + "The sandbox searches status, currency, customer, amount, created and metadata['key'].", param: "query")),
        };
        return clause.Groups["not"].Success ? intent => !fits(intent) : fits;
    }

    static Func<PaymentIntent, bool> ByMetadata(string key, string relation, bool quoted, string value, string query)
    {
        // `metadata['key']:null` matches a PaymentIntent without the key.
        if (!quoted) return value == "null" && relation == ":" ? intent => !intent.Metadata.ContainsKey(key) : throw Unreadable(query);
        return relation == ":"
            ? intent => intent.Metadata.TryGetValue(key, out var present) && present == value
            : intent => intent.Metadata.TryGetValue(key, out var present) && present.Contains(value, StringComparison.OrdinalIgnoreCase);
    }

    static Func<PaymentIntent, bool> ByOrder(string relation, long value, Func<PaymentIntent, long> of) => relation switch
    {
        ":" => intent => of(intent) == value,
        ">" => intent => of(intent) > value,
        ">=" => intent => of(intent) >= value,
        "<" => intent => of(intent) < value,
        "<=" => intent => of(intent) <= value,
        _ => throw new RequestRefusedException(StripeError.Invalid($"`{relation}` compares texts, not numbers.", param: "query")),
    };

    static long Number(string value, string query) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Unreadable(query);

    static RequestRefusedException Unreadable(string query) => new(StripeError.Invalid(
        $"We were unable to parse your search query: {query}. "
        + "See https://docs.stripe.com/search#search-query-language for the query language.",
        param: "query"));

    [GeneratedRegex("""\G\s*(?<not>-)?(?<field>metadata\s*\[\s*(?:'(?<key>[^']*)'|"(?<key>[^"]*)")\s*\]|[a-z_.]+)\s*"""
        + """(?<relation>>=|<=|[:~<>])\s*(?:'(?<text>(?:[^'\\]|\\.)*)'|"(?<text>(?:[^"\\]|\\.)*)"|(?<number>\d+|null))""")]
    private static partial Regex Clause();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();

    [GeneratedRegex(@"\G\s+(?:(?<word>AND|OR)\s+)?", RegexOptions.IgnoreCase)]
    private static partial Regex Joint();
}
