using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Tests.Unit.Web;

// The cancellation of the order.
public sealed partial class OrderPageReducerTests
{
    [Fact]
    public void An_order_is_canceled_once_and_the_page_knows_by_whom()
    {
        var canceling = After(Opened(), new OrderPageEvent.CancelClicked());
        Assert.IsType<OrderPageEffect.Cancel>(_effect);
        Assert.Same(canceling, After(canceling, new OrderPageEvent.CancelClicked()));
        Assert.Null(_effect);

        var answered = After(canceling, new OrderPageEvent.CancelAnswered(null));
        Assert.Equal(OrderScreen.Canceling, answered.Screen);
        var canceled = After(answered, Push(OrderStatuses.Canceled));

        Assert.Equal(OrderScreen.Canceled, canceled.Screen);
        Assert.Equal(CancelCause.ByCustomer, canceled.CanceledBecause);
        Assert.Null(_effect);
    }

    [Fact]
    public void An_order_cannot_be_canceled_while_it_is_paid_nor_paid_while_it_is_canceled()
    {
        var paying = Paying();
        Assert.Same(paying, After(paying, new OrderPageEvent.CancelClicked()));
        Assert.Null(_effect);

        var canceling = After(Opened(), new OrderPageEvent.CancelClicked());
        Assert.Same(canceling, After(canceling, new OrderPageEvent.PayClicked(Visa, FirstKey)));
        Assert.Null(_effect);
    }

    [Theory]
    [InlineData(ProblemCodes.ConfirmationInFlight, Problem.CancelInFlight)]
    [InlineData(ProblemCodes.RateLimited, ProblemCodes.RateLimited)]
    [InlineData(ProblemCodes.PaymentApiUnavailable, Problem.CancelUnknown)]
    public void A_cancellation_that_did_not_work_is_explained_and_can_be_repeated(string refused, string explained)
    {
        var page = After(After(Opened(), new OrderPageEvent.CancelClicked()), new OrderPageEvent.CancelAnswered(new Problem(refused)));

        Assert.Equal(OrderScreen.Pay, page.Screen);
        Assert.Equal(explained, page.CancelProblem?.Code);
        Assert.True(page.CanCancel);
        Assert.Null(After(page, new OrderPageEvent.CancelClicked()).CancelProblem);
        Assert.IsType<OrderPageEffect.Cancel>(_effect);
    }

    [Fact]
    public void A_cancellation_of_an_order_that_is_already_paid_says_that_it_is_too_late()
    {
        var page = After(
            After(Opened(), new OrderPageEvent.CancelClicked()), new OrderPageEvent.CancelAnswered(new Problem(ProblemCodes.AlreadyPaid)));

        Assert.Equal(OrderScreen.AlreadyPaid, page.Screen);
        Assert.Equal(Problem.TooLateToCancel, page.Problem?.Code);
        Assert.False(page.CanCancel);
    }

    [Fact]
    public void An_order_that_is_paid_while_it_is_canceled_stays_paid()
    {
        var paid = After(After(Opened(), new OrderPageEvent.CancelClicked()), Push(OrderStatuses.Paid));

        var answered = After(paid, new OrderPageEvent.CancelAnswered(new Problem(ProblemCodes.AlreadyPaid)));

        Assert.Equal(OrderScreen.Paid, answered.Screen);
        Assert.False(answered.Canceling);
    }

    [Theory]
    [InlineData(null, CancelCause.Expired)]
    [InlineData(CancelReasons.Operator, CancelCause.ByOperator)]
    [InlineData(CancelReasons.Customer, CancelCause.ByCustomer)]
    public void A_page_reads_why_an_order_has_expired_or_was_canceled_elsewhere(string? by, CancelCause cause)
    {
        var canceled = After(Opened(), Push(OrderStatuses.Canceled));
        Assert.IsType<OrderPageEffect.ReadOrder>(_effect);
        Assert.Equal(OrderScreen.Canceled, canceled.Screen);
        Assert.Null(canceled.CanceledBecause);

        var read = After(canceled, new OrderPageEvent.OrderRead(An(OrderStatuses.Canceled, version: 2) with { CanceledBy = by }));

        Assert.Equal(cause, read.CanceledBecause);
        Assert.Equal(canceled.Announcements + 1, read.Announcements);
        Assert.Null(_effect);
    }

    [Fact]
    public void A_settled_order_can_neither_be_paid_nor_canceled()
    {
        var expired = OrderPageState.Open(An(OrderStatuses.Canceled), fromBank: false);
        Assert.Equal(CancelCause.Expired, expired.CanceledBecause);

        foreach (var late in (OrderPageEvent[])
            [
                new OrderPageEvent.PayClicked(Visa, FirstKey), new OrderPageEvent.CancelClicked(), new OrderPageEvent.BankClicked(),
                new OrderPageEvent.AnotherWayClicked(), new OrderPageEvent.BankClosed(null), Prepared(PaymentStatuses.Failed),
            ])
        {
            Assert.Same(expired, After(expired, late));
            Assert.Null(_effect);
        }
    }
}
