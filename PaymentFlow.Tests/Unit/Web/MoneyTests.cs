using System.Globalization;
using PaymentFlow.Web.Languages;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(123450, "usd", "en", "$1,234.50")]
    [InlineData(123450, "usd", "ru", "1\u00a0234,50\u00a0$")]
    [InlineData(6500, "eur", "en", "€65.00")]
    [InlineData(1500, "jpy", "en", "¥1,500")]
    [InlineData(1500, "jpy", "ru", "1\u00a0500\u00a0¥")]
    [InlineData(12345, "kwd", "en", "KWD\u00a012.345")]
    [InlineData(1200, "chf", "en", "CHF\u00a012.00")]
    [InlineData(5, "usd", "en", "$0.05")]
    public void An_amount_has_the_decimals_of_its_currency_and_the_format_of_the_language(
        long minorUnits, string currency, string language, string expected) =>
        // Some versions of ICU put a narrow space between thousands, and a plain space between a currency code and the number.
        Assert.Equal(
            expected,
            Money.Format(minorUnits, currency, new CultureInfo(language)).Replace('\u202f', '\u00a0').Replace(' ', '\u00a0'));
}
