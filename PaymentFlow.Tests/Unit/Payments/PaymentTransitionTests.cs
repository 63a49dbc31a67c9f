using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Payments;
using Stripe;
using EventTypes = PaymentFlow.Contracts.Events.EventTypes;

namespace PaymentFlow.Tests.Unit.Payments;

public sealed class PaymentTransitionTests
{
    static readonly StripeError Decline = new() { Code = "card_declined", DeclineCode = "insufficient_funds" };

    [Theory]
    [InlineData("succeeded", PaymentStatuses.Succeeded, EventTypes.PaymentSucceeded)]
    [InlineData("canceled", PaymentStatuses.Canceled, EventTypes.PaymentCanceled)]
    [InlineData("requires_action", PaymentStatuses.RequiresAction, null)]
    public void A_payment_in_flight_takes_over_the_status_of_its_PaymentIntent(string stripe, string expected, string? eventType)
    {
        var transition = PaymentTransition.From(PaymentThat(PaymentStatuses.Processing), new PaymentIntent { Status = stripe });

        Assert.Equal(expected, transition?.Status);
        Assert.Equal(eventType, transition?.EventType);
    }

    [Fact]
    public void A_decline_fails_the_payment_and_says_why()
    {
        var transition = PaymentTransition.From(
            PaymentThat(PaymentStatuses.Processing),
            new PaymentIntent { Status = "requires_payment_method", LastPaymentError = Decline });

        Assert.Equal(
            new PaymentTransition(PaymentStatuses.Failed, EventTypes.PaymentFailed, "card_declined", "insufficient_funds"), transition);
    }

    [Theory]
    [InlineData("requires_payment_method")]
    [InlineData("requires_confirmation")]
    [InlineData("processing")]
    [InlineData("a_status_of_next_year")]
    public void A_status_without_an_outcome_changes_nothing(string stripe) =>
        Assert.Null(PaymentTransition.From(PaymentThat(PaymentStatuses.Processing), new PaymentIntent { Status = stripe }));

    [Theory]
    [InlineData(PaymentStatuses.Succeeded)]
    [InlineData(PaymentStatuses.PartiallyRefunded)]
    [InlineData(PaymentStatuses.Refunded)]
    [InlineData(PaymentStatuses.Canceled)]
    public void A_late_status_does_not_change_a_settled_payment(string status)
    {
        foreach (var stripe in (string[])["requires_payment_method", "requires_action", "processing", "succeeded", "canceled"])
        {
            Assert.Null(PaymentTransition.From(
                PaymentThat(status), new PaymentIntent { Status = stripe, LastPaymentError = Decline }));
        }
    }

    [Theory]
    [InlineData(PaymentStatuses.Failed)]
    [InlineData(PaymentStatuses.RequiresAction)]
    public void A_payment_that_failed_or_requires_an_action_can_still_become_paid(string status) =>
        Assert.Equal(
            PaymentStatuses.Succeeded,
            PaymentTransition.From(PaymentThat(status), new PaymentIntent { Status = "succeeded" })?.Status);

    static Payment PaymentThat(string status) => new()
    {
        Id = Guid.CreateVersion7(),
        OrderId = Guid.CreateVersion7(),
        Amount = 1000,
        Currency = "usd",
        Status = status,
        Version = 2,
        AttemptId = Guid.CreateVersion7(),
        Attempts = 1,
    };
}
