using System.Globalization;
using System.Text.RegularExpressions;
using PaymentFlow.Contracts;

namespace PaymentFlow.Web.Languages;

/// <summary>Reads amounts as people type them.</summary>
public static partial class MoneyInput
{
    /// <summary>
    /// Reads an amount in major units. <c>12.50</c> and <c>12,50</c> are the same amount in every language. A separator before exactly
    /// three digits groups thousands only where the language groups with it: <c>1,250</c> is 1250 in English and no amount in US dollars
    /// in Russian.
    /// </summary>
    /// <param name="typed">Spaces are ignored.</param>
    /// <param name="currency">Decides how many decimals there may be, and of what the amount must be a multiple.</param>
    /// <param name="minorUnits">The amount in the currency's minor unit; above zero.</param>
    /// <param name="culture">The current UI culture by default.</param>
    public static bool TryRead(string? typed, Currency currency, out long minorUnits, CultureInfo? culture = null)
    {
        minorUnits = 0;
        var text = Spaces().Replace(typed ?? "", "");
        if (!Shape().IsMatch(text)) return false;
        var groups = CultureInfo.CreateSpecificCulture((culture ?? CultureInfo.CurrentUICulture).Name).NumberFormat.NumberGroupSeparator;
        var last = text.LastIndexOfAny(['.', ',']);
        var isGroup = last >= 0 && (text.Count(c => c == text[last]) > 1
            || (groups == text[last].ToString() && Grouped().IsMatch(text)));
        var (whole, decimals) = last < 0 || isGroup ? (text, "") : (text[..last], text[(last + 1)..]);
        // Whatever is left before the decimals must be groups of three, by one separator.
        if (whole.Any(c => !char.IsAsciiDigit(c)) && !Grouped().IsMatch(whole)) return false;
        if (decimals.Length > currency.Decimals) return false;
        var digits = string.Concat(whole.Where(char.IsAsciiDigit)) + decimals.PadRight(currency.Decimals, '0');
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out minorUnits)
            && minorUnits > 0 && minorUnits % currency.Step == 0;
    }

    [GeneratedRegex(@"\s")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^[0-9]+(?:[.,][0-9]+)*$")]
    private static partial Regex Shape();

    [GeneratedRegex(@"^[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*$")]
    private static partial Regex Grouped();
}
