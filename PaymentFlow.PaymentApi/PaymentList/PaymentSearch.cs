using PaymentFlow.PaymentApi.Payments;

namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary>The text of the search field, in the form that the database can look for.</summary>
/// <param name="Id">An order's or a payment's id; null if the text is none.</param>
/// <param name="PaymentIntent">Null if the text is no PaymentIntent's id.</param>
/// <param name="Reference">A pattern for LIKE: the beginning of a reference.</param>
/// <param name="UpperReference">The same in upper case, in which our shop's references are; people often type small letters.</param>
/// <param name="Words">A query of Postgres' full-text search: all words, or their beginnings. Null without a word.</param>
sealed record PaymentSearch(Guid? Id, string? PaymentIntent, string Reference, string UpperReference, string? Words)
{
    /// <summary>Null if there is nothing to look for.</summary>
    public static PaymentSearch? Of(string? text)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text)) return null;
        var pattern = PatternOf(text);
        var words = PaymentWords.Of(text);
        return new PaymentSearch(
            Guid.TryParse(text, out var id) ? id : null,
            text.StartsWith("pi_", StringComparison.Ordinal) ? text : null,
            pattern, pattern.ToUpperInvariant(),
            // A word has letters and digits only, so the quotes need no escaping.
            words.Length > 0 ? string.Join(" & ", words.Select(word => $"'{word}':*")) : null);
    }

    static string PatternOf(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal) + "%";
}
