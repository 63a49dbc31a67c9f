using PaymentFlow.Messaging.Events;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using Stripe;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>Which of Stripe's answers may be about an attempt that is over.</summary>
public sealed class PaymentSettlementTests
{
    static readonly Guid First = Guid.CreateVersion7();
    static readonly Guid Second = Guid.CreateVersion7();
    static readonly PaymentIntent Declined = new() { Status = "requires_payment_method", LastPaymentError = new StripeError { Code = "card_declined" } };

    static readonly Payment SecondAttempt = new()
    {
        Id = Guid.CreateVersion7(),
        OrderId = Guid.CreateVersion7(),
        Amount = 1800,
        Currency = "eur",
        Status = PaymentStatuses.Processing,
        Version = 4,
        AttemptId = Second,
        Attempts = 2,
        UpdatedAt = DateTime.UnixEpoch,
    };

    [Fact]
    public void A_decline_answers_the_attempt_that_it_belongs_to() =>
        Assert.Equal(PaymentStatuses.Failed, PaymentSettlement.Decide(SecondAttempt, Declined, Second)?.Status);

    [Fact]
    public void A_decline_from_elsewhere_may_be_an_earlier_attempts() =>
        Assert.Null(PaymentSettlement.Decide(SecondAttempt, Declined, answered: null));

    [Theory]
    [InlineData(PaymentStatuses.Processing)]
    [InlineData(PaymentStatuses.RequiresAction)]
    public void An_earlier_attempts_own_decline_that_comes_late_is_not_the_present_ones(string status) =>
        Assert.Null(PaymentSettlement.Decide(SecondAttempt with { Status = status }, Declined, First));

    [Fact]
    public void Nor_is_the_money_of_any_attempt_ever_passed_over() =>
        Assert.Equal(PaymentStatuses.Succeeded, PaymentSettlement.Decide(SecondAttempt, new PaymentIntent { Status = "succeeded" }, First)?.Status);

    /// <summary>A bank debit fails days after it was confirmed, and its webhook is the only one to tell.</summary>
    [Fact]
    public void Once_the_call_is_over_a_decline_is_the_present_attempts()
    {
        ReconciliationOptions options = new();
        var claimed = DateTimeOffset.UnixEpoch;
        Assert.False(options.CallIsOver(SecondAttempt, claimed + options.CallWindow));
        Assert.True(options.CallIsOver(SecondAttempt, claimed + TimeSpan.FromDays(3)));
        Assert.False(options.CallIsOver(SecondAttempt with { Status = PaymentStatuses.RequiresAction }, claimed + TimeSpan.FromDays(3)));
    }
}
