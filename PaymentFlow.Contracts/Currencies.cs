using System.Collections.Frozen;

namespace PaymentFlow.Contracts;

/// <summary>
/// Every currency in which Stripe charges, with its decimals, limits and special cases. All parts of PaymentFlow use this table.
/// </summary>
/// <remarks>
/// Source: <see href="https://docs.stripe.com/currencies"/>. The currencies are those that Stripe listed on 1 October 2026, and the five
/// with three decimals, which it lists for accounts in some countries only (such as the United Arab Emirates); the minimums and maximums
/// are those of July 2026. Both were taken in November 2026 from public copies of the page. Not confirmed:
/// <list type="bullet">
/// <item>whether the last digit of the currencies with three decimals must still be 0. Stripe wrote so until 2023;</item>
/// <item>which rule holds for UGX. Stripe has it both in the list of currencies without decimals and among the special cases with two.
/// Here it is a special case;</item>
/// <item>whether Stripe charges in STD. It is in the list, but ISO 4217 replaced it by STN in 2018.</item>
/// </list>
/// </remarks>
public static class Currencies
{
    // https://docs.stripe.com/currencies#presentment-currencies
    static readonly string[] TwoDecimals =
    [
        "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bmd", "bnd", "bob", "brl", "bsd",
        "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc", "cve", "czk", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd",
        "fkp", "gbp", "gel", "gip", "gmd", "gtq", "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "jmd", "kes", "kgs", "khr",
        "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr",
        "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron", "rsd", "rub", "sar",
        "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb", "tjs", "top", "try", "ttd", "twd", "tzs", "uah",
        "usd", "uyu", "uzs", "wst", "xcd", "xcg", "yer", "zar", "zmw",
    ];

    // https://docs.stripe.com/currencies#zero-decimal
    static readonly string[] NoDecimals =
        ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];

    // The last digit must be 0, because some of Stripe's partners know two decimals only.
    static readonly string[] ThreeDecimals = ["bhd", "jod", "kwd", "omr", "tnd"];

    // https://docs.stripe.com/currencies#special-cases: two decimals that are always 00. HUF and TWD are special for payouts only.
    static readonly string[] WholeUnits = ["isk", "ugx"];

    // https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, by the currency in which the account is paid out. A charge in
    // another currency is converted, and must then reach that currency's minimum. Only Stripe knows account and rate, so it decides.
    static readonly Dictionary<string, long> Minimums = new(StringComparer.Ordinal)
    {
        ["aed"] = 2_00,
        ["ars"] = 50,
        ["aud"] = 50,
        ["brl"] = 50,
        ["cad"] = 50,
        ["chf"] = 50,
        ["cop"] = 50,
        ["czk"] = 15_00,
        ["dkk"] = 2_50,
        ["eur"] = 50,
        ["gbp"] = 30,
        ["hkd"] = 4_00,
        ["huf"] = 175_00,
        ["idr"] = 50,
        ["ils"] = 50,
        ["inr"] = 50,
        ["jpy"] = 50,
        ["krw"] = 50,
        ["mxn"] = 10_00,
        ["myr"] = 2_00,
        ["nok"] = 3_00,
        ["nzd"] = 50,
        ["php"] = 50,
        ["pln"] = 2_00,
        ["ron"] = 2_00,
        ["rub"] = 50,
        ["sek"] = 3_00,
        ["sgd"] = 50,
        ["thb"] = 10_00,
        ["usd"] = 50,
        ["zar"] = 50,
    };

    // Eight digits, with these exceptions, for payment methods other than cards. Most cards take 12 digits and American Express nine, but
    // the order exists before its payment method is known.
    static readonly Dictionary<string, long> Maximums = new(StringComparer.Ordinal)
    {
        ["cop"] = 9_999_999_999,
        ["idr"] = 999_999_999_999,
        ["inr"] = 999_999_999,
    };

    static readonly FrozenDictionary<string, Currency> ByCode = TwoDecimals.Select(code => new Currency(code, 2))
        .Concat(NoDecimals.Select(code => new Currency(code, 0) { IsoDecimals = code == "mga" ? 2 : 0 }))
        .Concat(ThreeDecimals.Select(code => new Currency(code, 3) { Step = 10 }))
        .Concat(WholeUnits.Select(code => new Currency(code, 2) { IsoDecimals = 0, Step = 100 }))
        .Select(currency => currency with
        {
            Minimum = Minimums.GetValueOrDefault(currency.Code, currency.Step),
            Maximum = Maximums.GetValueOrDefault(currency.Code, currency.Maximum),
        })
        .ToFrozenDictionary(currency => currency.Code, StringComparer.Ordinal);

    /// <summary>All currencies, by code.</summary>
    public static IEnumerable<Currency> All => ByCode.Values.OrderBy(currency => currency.Code, StringComparer.Ordinal);

    /// <summary>Null if Stripe does not charge in this currency.</summary>
    /// <param name="code">ISO 4217, lower case.</param>
    public static Currency? Find(string code) => ByCode.GetValueOrDefault(code);

    /// <summary>For amounts that exist already. A currency that Stripe no longer lists has two decimals.</summary>
    /// <param name="code">ISO 4217, lower case.</param>
    public static Currency Of(string code) => Find(code) ?? new Currency(code, 2);
}
