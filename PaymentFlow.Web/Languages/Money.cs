using System.Collections.Frozen;
using System.Globalization;
using PaymentFlow.Contracts;

namespace PaymentFlow.Web.Languages;

/// <summary>Formats amounts for people.</summary>
public static class Money
{
    // Only signs that stand for one currency in every language. Other currencies are shown by their ISO 4217 code.
    static readonly FrozenDictionary<string, string> Signs = new Dictionary<string, string>
    {
        ["usd"] = "$",
        ["eur"] = "€",
        ["gbp"] = "£",
        ["jpy"] = "¥",
        ["inr"] = "₹",
        ["krw"] = "₩",
        ["rub"] = "₽",
    }.ToFrozenDictionary();

    /// <summary><c>$1,234.50</c> in English, <c>1 234,50 $</c> in Russian. The decimals are the currency's in every language.</summary>
    /// <param name="minorUnits">The amount in the currency's minor unit.</param>
    /// <param name="currency">ISO 4217, lower case.</param>
    /// <param name="culture">The current UI culture by default.</param>
    public static string Format(long minorUnits, string currency, CultureInfo? culture = null)
    {
        var money = Currencies.Of(currency);
        var format = (NumberFormatInfo)CultureInfo
            .CreateSpecificCulture((culture ?? CultureInfo.CurrentUICulture).Name).NumberFormat.Clone();
        format.CurrencyDecimalDigits = money.DecimalsOf(minorUnits);
        if (Signs.TryGetValue(currency, out var sign))
        {
            format.CurrencySymbol = sign;
        }
        else
        {
            format.CurrencySymbol = currency.ToUpperInvariant();
            // A currency code needs a space, unlike a sign: "CHF 12.00".
            if (format.CurrencyPositivePattern == 0) format.CurrencyPositivePattern = 2;
        }
        return money.Major(minorUnits).ToString("C", format);
    }
}
