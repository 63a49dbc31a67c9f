using System.Globalization;
using System.Text;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// The words of a payment's description, for the search. They are split and put into lower case here and not by Postgres, whose result
/// depends on the database's locale.
/// </summary>
static class PaymentWords
{
    /// <summary>The distinct runs of letters and digits, in lower case.</summary>
    public static string[] Of(string? text)
    {
        HashSet<string> words = new(StringComparer.Ordinal);
        StringBuilder word = new();
        foreach (var rune in (text ?? "").Normalize().ToLowerInvariant().EnumerateRunes())
        {
            if (IsPartOfWord(rune)) word.Append(rune);
            else End();
        }
        End();
        return [.. words];

        void End()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }

    static bool IsPartOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
