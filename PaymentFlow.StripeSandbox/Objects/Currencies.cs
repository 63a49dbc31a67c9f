using System.Collections.Frozen;
using System.Globalization;

namespace PaymentFlow.StripeSandbox.Objects;

/// <summary>Stripe's currencies with the minimum charge in minor units: <see href="https://docs.stripe.com/currencies"/>.</summary>
static class Currencies
{
    /// <summary>The largest amount that Stripe accepts, in minor units.</summary>
    public const long Maximum = 99_999_999;

    static readonly FrozenDictionary<string, int> Minimums = new Dictionary<string, int>
    {
        ["usd"] = 50,
        ["aed"] = 200,
        ["aud"] = 50,
        ["bgn"] = 100,
        ["brl"] = 50,
        ["cad"] = 50,
        ["chf"] = 50,
        ["czk"] = 1500,
        ["dkk"] = 250,
        ["eur"] = 50,
        ["gbp"] = 30,
        ["hkd"] = 400,
        ["huf"] = 17500,
        ["inr"] = 50,
        ["jpy"] = 50,
        ["krw"] = 500,
        ["kzt"] = 30000,
        ["mxn"] = 1000,
        ["myr"] = 200,
        ["nok"] = 300,
        ["nzd"] = 50,
        ["pln"] = 200,
        ["ron"] = 200,
        ["rub"] = 5000,
        ["sek"] = 300,
        ["sgd"] = 50,
        ["thb"] = 1000,
        ["try"] = 2000,
        ["zar"] = 1000,
    }.ToFrozenDictionary();

    static readonly FrozenSet<string> ZeroDecimal = FrozenSet.Create("jpy", "krw");

    public static IEnumerable<string> All => Minimums.Keys.Order(StringComparer.Ordinal);

    public static int? Minimum(string currency) => Minimums.TryGetValue(currency, out var minimum) ? minimum : null;

    /// <summary>Formats the amount for people, with the currency's decimals: <c>12.50 USD</c>.</summary>
    public static string Display(long minorUnits, string currency) => ZeroDecimal.Contains(currency)
        ? string.Create(CultureInfo.InvariantCulture, $"{minorUnits} {currency.ToUpperInvariant()}")
        : string.Create(CultureInfo.InvariantCulture, $"{minorUnits / 100m:0.00} {currency.ToUpperInvariant()}");
}
