using System.Globalization;
using PaymentFlow.Contracts;
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
    [InlineData(12340, "kwd", "en", "KWD\u00a012.340")]
    [InlineData(12340, "kwd", "ru", "12,340\u00a0KWD")]
    [InlineData(150_000, "isk", "en", "ISK\u00a01,500")]
    [InlineData(150_000, "ugx", "ru", "1\u00a0500\u00a0UGX")]
    [InlineData(1500, "mga", "en", "MGA\u00a01,500")]
    [InlineData(150_050, "huf", "en", "HUF\u00a01,500.50")]
    [InlineData(999_999_999_999, "idr", "ru", "9\u00a0999\u00a0999\u00a0999,99\u00a0IDR")]
    [InlineData(1200, "chf", "en", "CHF\u00a012.00")]
    [InlineData(5, "usd", "en", "$0.05")]
    // Stripe no longer lists it, but there may be orders in it.
    [InlineData(1200, "bgn", "en", "BGN\u00a012.00")]
    public void An_amount_has_the_decimals_of_its_currency_and_the_format_of_the_language(
        long minorUnits, string currency, string language, string expected) =>
        // Some versions of ICU put a narrow space between thousands, and a plain space between a currency code and the number.
        Assert.Equal(
            expected,
            Money.Format(minorUnits, currency, new CultureInfo(language)).Replace('\u202f', '\u00a0').Replace(' ', '\u00a0'));

    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void No_currency_loses_a_part_of_an_amount(string language)
    {
        CultureInfo culture = new(language);
        foreach (var currency in Currencies.All)
        {
            var amount = 1234 * currency.Step + currency.Step;

            var text = Money.Format(amount, currency.Code, culture);

            var number = string.Concat(text.Where(letter => char.IsDigit(letter) || letter == (language == "en" ? '.' : ',')));
            Assert.Equal(currency.Major(amount), decimal.Parse(number, culture));
        }
    }
}
