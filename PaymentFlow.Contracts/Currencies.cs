namespace PaymentFlow.Contracts;

/// <summary>
/// The currencies and Stripe's limits for a charge. Source: https://docs.stripe.com/currencies, read in November 2026. Codes are
/// ISO 4217, lower case, as Stripe writes them.
/// </summary>
public static class Currencies
{
    /// <summary>The largest charge, in minor units: eight digits, in every currency.</summary>
    public const long Maximum = 99_999_999;

    // https://docs.stripe.com/currencies#zero-decimal and #three-decimal. All other currencies have two decimals.
    static readonly HashSet<string> ZeroDecimal = new(StringComparer.Ordinal)
    {
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
    };

    static readonly HashSet<string> ThreeDecimal = new(StringComparer.Ordinal) { "bhd", "jod", "kwd", "omr", "tnd" };

    /// <summary>The supported currencies, with the smallest charge in minor units.</summary>
    public static IReadOnlyDictionary<string, long> Minimum { get; } = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["aed"] = 200,
        ["aud"] = 50,
        ["bgn"] = 100,
        ["brl"] = 50,
        ["cad"] = 50,
        ["chf"] = 50,
        ["czk"] = 15_00,
        ["dkk"] = 250,
        ["eur"] = 50,
        ["gbp"] = 30,
        ["hkd"] = 400,
        ["huf"] = 175_00,
        ["inr"] = 50,
        ["jpy"] = 50,
        ["mxn"] = 10_00,
        ["myr"] = 200,
        ["nok"] = 300,
        ["nzd"] = 50,
        ["pln"] = 200,
        ["ron"] = 200,
        ["sek"] = 300,
        ["sgd"] = 50,
        ["thb"] = 10_00,
        ["usd"] = 50,
    };

    /// <summary>How many decimals people write: 2 for 12.50 USD, 0 for 1250 JPY.</summary>
    public static int Decimals(string currency) => ZeroDecimal.Contains(currency) ? 0 : ThreeDecimal.Contains(currency) ? 3 : 2;
}
