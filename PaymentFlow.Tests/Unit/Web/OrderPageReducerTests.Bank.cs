using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Tests.Unit.Web;

// 3-D Secure: the way to the bank and back.
public sealed partial class OrderPageReducerTests
{
    [Fact]
    public void A_payment_that_the_bank_must_confirm_leads_to_the_bank_and_again_on_demand()
    {
        var page = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.ActionRequired(Redirect)));
        Assert.Equal(new OrderPageEffect.GoToBank(Redirect), _effect);

        Assert.Same(page, After(page, new OrderPageEvent.BankClicked()));
        Assert.Equal(new OrderPageEffect.GoToBank(Redirect), _effect);
    }

    [Theory]
    [InlineData(null, OrderScreen.Confirming)]
    [InlineData("card_declined", OrderScreen.Pay)]
    public void The_end_of_the_banks_dialog_shows_what_came_of_it(string? refusal, OrderScreen screen)
    {
        var page = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.ActionRequired(Dialog)));

        page = After(page, new OrderPageEvent.BankClosed(refusal is null ? null : new Problem(refusal)));

        Assert.Equal(screen, page.Screen);
        Assert.Equal(refusal, page.Problem?.Code);
    }

    [Fact]
    public void The_banks_dialog_of_an_order_that_was_paid_meanwhile_changes_nothing()
    {
        var page = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.ActionRequired(Dialog)));
        var paid = After(page, Push(OrderStatuses.Paid));

        Assert.Same(paid, After(paid, new OrderPageEvent.BankClosed(new Problem("card_declined"))));
    }

    [Fact]
    public void A_customer_can_pay_in_another_way_than_at_the_bank()
    {
        var page = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.ActionRequired(Redirect)));

        page = After(page, new OrderPageEvent.AnotherWayClicked());

        Assert.Equal(OrderScreen.Pay, page.Screen);
        Assert.False(page.IsDeclined);
    }

    [Fact]
    public void A_page_that_opens_while_the_bank_waits_leads_there()
    {
        var page = After(Opened(), Prepared(PaymentStatuses.RequiresAction, Redirect));

        Assert.Equal(OrderScreen.Bank, page.Screen);
        Assert.Equal(Redirect, page.BankAction);
        Assert.Null(_effect);
    }

    [Theory]
    [InlineData(true, OrderScreen.Bank)]
    [InlineData(false, OrderScreen.Pay)]
    public void A_bank_without_an_address_needs_Stripes_script(bool canShowBank, OrderScreen screen)
    {
        var page = After(Opened(), Prepared(PaymentStatuses.RequiresAction, Dialog, canShowBank));

        Assert.Equal(screen, page.Screen);
        Assert.Equal(canShowBank ? null : Problem.BankPending, page.Problem?.Code);
        Assert.False(page.IsDeclined);
    }

    [Fact]
    public void A_customer_who_returns_from_a_bank_that_has_not_decided_keeps_waiting()
    {
        var page = FromBank();

        Assert.Same(page, After(page, Prepared(PaymentStatuses.RequiresAction, Redirect)));
        Assert.Same(page, After(page, Prepared(PaymentStatuses.Processing)));
    }

    [Fact]
    public void A_customer_whom_the_bank_did_not_confirm_is_told_so()
    {
        var page = After(FromBank(), Prepared(PaymentStatuses.Failed));

        Assert.Equal(Problem.NotAuthenticated, page.Problem?.Code);
        Assert.True(page.IsDeclined);
    }

    [Fact]
    public void The_failure_of_a_later_attempt_is_not_blamed_on_the_bank()
    {
        var again = After(After(FromBank(), new OrderPageEvent.AnotherWayClicked()), new OrderPageEvent.PayClicked(Visa, FirstKey));
        var waiting = After(again, new OrderPageEvent.PayAnswered(new PayAnswer.Processing()));

        var page = After(After(waiting, Push(OrderStatuses.PaymentFailed)),
            new OrderPageEvent.FailureChecked(new PaymentResponse(PaymentStatuses.Failed), null));

        Assert.Equal(Problem.PaymentFailed, page.Problem?.Code);
    }
}
