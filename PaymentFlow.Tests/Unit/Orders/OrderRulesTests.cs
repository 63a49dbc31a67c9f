using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.Tests.Unit.Orders;

/// <summary>The rules for amounts. The other rules of new orders are tested by HTTP.</summary>
public sealed class OrderRulesTests
{
    public static TheoryData<string> AllCurrencies => [.. Currencies.All.Select(currency => currency.Code)];

    [Theory]
    [MemberData(nameof(AllCurrencies))]
    public void Every_currency_is_accepted_from_its_minimum_to_its_maximum(string code)
    {
        var currency = Currencies.Of(code);
        var largest = currency.Maximum - currency.Maximum % currency.Step;

        Assert.Null(ProblemOf(currency.Minimum, code));
        Assert.Null(ProblemOf(largest, code.ToUpperInvariant()));
        Assert.Equal("amount_too_small", ProblemOf(currency.Minimum - currency.Step, code));
        Assert.Equal("amount_too_large", ProblemOf(largest + currency.Step, code));
    }

    [Theory]
    [InlineData("rub")]
    [InlineData("kzt")]
    [InlineData("kwd")]
    [InlineData("isk")]
    [InlineData("ugx")]
    [InlineData("clp")]
    [InlineData("twd")]
    [InlineData("idr")]
    [InlineData("krw")]
    public void A_currency_that_was_refused_before_is_accepted(string code) => Assert.Null(ProblemOf(1_000_00, code));

    [Theory]
    [InlineData("kwd", 1235)]
    [InlineData("tnd", 1001)]
    [InlineData("isk", 150)]
    [InlineData("ugx", 100_001)]
    public void An_amount_that_Stripe_cannot_charge_in_the_currency_is_refused(string code, long amount) =>
        Assert.Equal("amount_invalid_for_currency", ProblemOf(amount, code));

    [Theory]
    [InlineData("huf", 175_01)]
    [InlineData("twd", 1)]
    public void Fractions_are_accepted_where_only_payouts_are_in_whole_units(string code, long amount) =>
        Assert.Null(ProblemOf(amount, code));

    static string? ProblemOf(long amount, string currency) =>
        OrderRules.TryTake(new CreateOrderRequest(Reference: "R", Amount: amount, Currency: currency), out _, out var problem)
            ? null
            : (string)problem.ProblemDetails.Extensions["code"]!;
}
