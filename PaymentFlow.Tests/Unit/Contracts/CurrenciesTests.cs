using System.Globalization;
using PaymentFlow.Contracts;

namespace PaymentFlow.Tests.Unit.Contracts;

/// <summary>The table of currencies against ICU, which .NET's cultures are read from, and against Stripe's special cases.</summary>
public sealed class CurrenciesTests
{
    /// <summary>
    /// ICU counts the decimals that people use. Prices in these currencies have none, but ISO 4217 and Stripe count two. Which of them ICU
    /// lists depends on its version.
    /// </summary>
    static readonly HashSet<string> UsedWithoutDecimals =
        ["afn", "all", "cop", "huf", "idr", "lak", "lbp", "mmk", "pkr", "rsd", "sos", "std", "yer"];

    /// <summary>No culture of .NET has these as its currency. With newer versions of ICU it is XCG instead of ANG.</summary>
    static readonly HashSet<string> OfNoCulture = ["ang", "lsl", "std", "xcg"];

    /// <summary>The decimals of each country's currency.</summary>
    static readonly Dictionary<string, int> Icu = CultureInfo.GetCultures(CultureTypes.SpecificCultures)
        // Regions with numbers, such as the world (001), have no currency of their own.
        .Where(culture => char.IsAsciiLetter(culture.Name[^1]))
        .GroupBy(culture => new RegionInfo(culture.Name).ISOCurrencySymbol.ToLowerInvariant(), StringComparer.Ordinal)
        .ToDictionary(
            cultures => cultures.Key,
            cultures => cultures.Select(culture => culture.NumberFormat.CurrencyDecimalDigits).Distinct().Single());

    [Fact]
    public void Decimals_are_those_of_ICU_except_for_a_list_of_documented_differences()
    {
        Assert.Subset(OfNoCulture, Currencies.All.Select(currency => currency.Code).Where(code => !Icu.ContainsKey(code)).ToHashSet());
        Assert.All(Currencies.All.Where(currency => Icu.ContainsKey(currency.Code)), currency =>
        {
            if (UsedWithoutDecimals.Contains(currency.Code))
            {
                Assert.Equal(2, currency.Decimals);
                Assert.Contains(Icu[currency.Code], (int[])[0, 2]);
            }
            else
            {
                Assert.Equal(Icu[currency.Code], currency.Decimals - WholeUnits(currency));
            }
        });

        // ISK and UGX: ICU and ISO 4217 count none, Stripe two that are always 00.
        static int WholeUnits(Currency currency) => currency.Step == 100 ? 2 : 0;
    }

    [Fact]
    public void Stripes_special_cases_are_in_the_table()
    {
        Assert.True(Currencies.All.Count() > 135);
        Assert.Equal(
            ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"],
            Codes(currency => currency.Decimals == 0));
        Assert.Equal(["bhd", "jod", "kwd", "omr", "tnd"], Codes(currency => currency is { Decimals: 3, Step: 10 }));
        Assert.Equal(["isk", "ugx"], Codes(currency => currency is { Decimals: 2, IsoDecimals: 0, Step: 100 }));
        Assert.Equal(["isk", "mga", "ugx"], Codes(currency => currency.IsoDecimals != currency.Decimals));
        Assert.Equal(["cop", "idr", "inr"], Codes(currency => currency.Maximum != 99_999_999));
        Assert.All(Currencies.All, currency => Assert.Equal(0, currency.Minimum % currency.Step));
    }

    static IEnumerable<string> Codes(Func<Currency, bool> filter) => Currencies.All.Where(filter).Select(currency => currency.Code);

    [Theory]
    [InlineData("usd", 1250, "12.50 USD")]
    [InlineData("jpy", 1250, "1250 JPY")]
    [InlineData("kwd", 1250, "1.250 KWD")]
    [InlineData("isk", 1200, "12 ISK")]
    [InlineData("isk", 1250, "12.50 ISK")]
    public void An_amount_is_written_with_the_decimals_of_its_currency(string code, long amount, string expected) =>
        Assert.Equal(expected, Currencies.Of(code).Write(amount));
}
