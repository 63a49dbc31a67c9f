using System.Globalization;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Languages;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>Amounts as operators type them. A wrong reading would refund a wrong amount.</summary>
public sealed class MoneyInputTests
{
    [Theory]
    [InlineData("12.50", "usd", "en", 1250)]
    [InlineData("12,50", "usd", "en", 1250)]
    [InlineData("12.50", "usd", "ru", 1250)]
    [InlineData("12,50", "usd", "ru", 1250)]
    [InlineData(" 12,5 ", "usd", "ru", 1250)]
    [InlineData("12", "usd", "en", 1200)]
    [InlineData("0.05", "usd", "en", 5)]
    [InlineData("1,250", "usd", "en", 125_000)]
    [InlineData("1,250.50", "usd", "en", 125_050)]
    [InlineData("1,250,000.50", "usd", "en", 125_000_050)]
    [InlineData("1 250,50", "usd", "ru", 125_050)]
    [InlineData("1\u00a0250,50", "usd", "ru", 125_050)]
    [InlineData("1.250,50", "usd", "ru", 125_050)]
    [InlineData("1.250,50", "usd", "en", 125_050)]
    [InlineData("1250", "jpy", "en", 1250)]
    [InlineData("1.250", "kwd", "ru", 1250)]
    [InlineData("1,250", "kwd", "ru", 1250)]
    [InlineData("500", "isk", "ru", 50_000)]
    public void What_people_type_is_read_as_they_mean_it(string typed, string currency, string language, long expected)
    {
        Assert.True(MoneyInput.TryRead(typed, Currencies.Of(currency), out var amount, new CultureInfo(language)));
        Assert.Equal(expected, amount);
    }

    [Theory]
    [InlineData("", "usd", "en")]
    [InlineData(null, "usd", "en")]
    [InlineData("0", "usd", "en")]
    [InlineData("-5", "usd", "en")]
    [InlineData("+5", "usd", "en")]
    [InlineData("$5", "usd", "en")]
    [InlineData("1e3", "usd", "en")]
    [InlineData("٥", "usd", "en")]
    [InlineData("12.", "usd", "en")]
    [InlineData(".5", "usd", "en")]
    [InlineData("12.505", "usd", "en")]
    // In Russian neither sign groups thousands, so it would be a thousandth of what an American means.
    [InlineData("1,250", "usd", "ru")]
    [InlineData("1.250", "usd", "ru")]
    [InlineData("1,25,000", "usd", "en")]
    [InlineData("1,2.5", "usd", "en")]
    [InlineData("1.250.50", "usd", "en")]
    [InlineData("12.5", "jpy", "en")]
    [InlineData("1.255", "kwd", "en")]
    [InlineData("500,50", "isk", "ru")]
    [InlineData("99999999999999999999", "usd", "en")]
    public void What_is_no_amount_in_the_currency_is_refused(string? typed, string currency, string language) =>
        Assert.False(MoneyInput.TryRead(typed, Currencies.Of(currency), out _, new CultureInfo(language)));
}
