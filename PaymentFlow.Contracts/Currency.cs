using System.Globalization;

namespace PaymentFlow.Contracts;

/// <summary>A currency and Stripe's rules for a charge in it. Amounts are in the currency's minor unit.</summary>
/// <param name="Code">ISO 4217, lower case, as Stripe writes it.</param>
/// <param name="Decimals">The decimals of the minor unit, as Stripe counts them: 2 if 1250 is 12.50, 0 if 1250 is 1250.</param>
public sealed record Currency(string Code, int Decimals)
{
    /// <summary>The decimals of the minor unit in ISO 4217, which differ from Stripe's only for ISK, UGX and MGA.</summary>
    public int IsoDecimals { get; init; } = Decimals;

    /// <summary>An amount must be a multiple of it: 10 where the last digit must be 0, 100 where there are only whole units.</summary>
    public int Step { get; init; } = 1;

    /// <summary>The smallest charge.</summary>
    public long Minimum { get; init; } = 1;

    /// <summary>The largest charge.</summary>
    public long Maximum { get; init; } = 99_999_999;

    /// <summary>The decimals that people write: none for 500 ISK, which Stripe counts as 50000.</summary>
    public int DecimalsOf(long amount) =>
        IsoDecimals < Decimals && amount % PowerOfTen(Decimals - IsoDecimals) == 0 ? IsoDecimals : Decimals;

    /// <summary>The amount as people count: 12.5 for 1250 USD cents.</summary>
    public decimal Major(long amount) => (decimal)amount / PowerOfTen(Decimals);

    /// <summary><c>12.50 USD</c>, the same in every language.</summary>
    public string Write(long amount) =>
        $"{Major(amount).ToString($"F{DecimalsOf(amount)}", CultureInfo.InvariantCulture)} {Code.ToUpperInvariant()}";

    static int PowerOfTen(int exponent) => exponent switch
    {
        0 => 1,
        2 => 100,
        _ => 1000,
    };
}
