using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using Stripe;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>Which answers from Stripe settle the current attempt, and which may belong to an earlier one.</summary>
public sealed class PaymentSettlementTests
{
    static readonly Guid First = Guid.CreateVersion7();
    static readonly Guid Second = Guid.CreateVersion7();
    static readonly PaymentIntent Declined = new()
    {
        Status = "requires_payment_method",
        LastPaymentError = new StripeError { Code = "card_declined" },
    };

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
    public void A_decline_in_the_answer_to_an_attempt_settles_that_attempt() =>
        Assert.Equal(PaymentStatuses.Failed, PaymentSettlement.Decide(SecondAttempt, Declined, Second)?.Status);

    [Fact]
    public void A_decline_of_an_unknown_attempt_settles_nothing() =>
        Assert.Null(PaymentSettlement.Decide(SecondAttempt, Declined, attemptId: null));

    [Theory]
    [InlineData(PaymentStatuses.Processing)]
    [InlineData(PaymentStatuses.RequiresAction)]
    public void A_late_decline_of_an_earlier_attempt_does_not_settle_the_current_one(string status) =>
        Assert.Null(PaymentSettlement.Decide(SecondAttempt with { Status = status }, Declined, First));

    [Fact]
    public void A_charge_of_any_attempt_makes_the_payment_paid() =>
        Assert.Equal(
            PaymentStatuses.Succeeded,
            PaymentSettlement.Decide(SecondAttempt, new PaymentIntent { Status = "succeeded" }, First)?.Status);

    /// <summary>A bank debit fails days after its confirmation, and only a webhook reports it.</summary>
    [Fact]
    public void After_the_call_window_a_decline_belongs_to_the_current_attempt()
    {
        PaymentTiming timing = new();
        var claimed = DateTimeOffset.UnixEpoch;
        var later = claimed + TimeSpan.FromDays(3);
        Assert.False(PaymentSettlement.CallIsOver(SecondAttempt, timing, claimed + timing.CallWindow));
        Assert.True(PaymentSettlement.CallIsOver(SecondAttempt, timing, later));
        Assert.False(PaymentSettlement.CallIsOver(SecondAttempt with { Status = PaymentStatuses.RequiresAction }, timing, later));
    }
}
