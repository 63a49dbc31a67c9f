namespace PaymentFlow.OrderService.Orders;

/// <summary>Stripe's limits for a charge, in minor units.</summary>
static class Money
{
    /// <summary>Stripe accepts up to eight digits: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts</summary>
    public const long Maximum = 99_999_999;

    /// <summary>Stripe's minimum charge by currency (same page). Other currencies are not supported.</summary>
    public static readonly IReadOnlyDictionary<string, long> Minimum = new Dictionary<string, long>(StringComparer.Ordinal)
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
        ["jpy"] = 50, // has no minor unit
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
}
