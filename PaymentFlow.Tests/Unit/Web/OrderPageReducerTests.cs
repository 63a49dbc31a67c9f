using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>Each event of an order's page: what the page shows afterwards, and what it does.</summary>
public sealed partial class OrderPageReducerTests
{
    const string Visa = "pm_card_visa";
    const string Mastercard = "pm_card_mastercard";
    const string FirstKey = "key 1";
    const string SecondKey = "key 2";

    static readonly NextAction Redirect = new("redirect", new Uri("https://bank.example/"), "pi_1_secret");
    static readonly NextAction Dialog = new("use_stripe_sdk", null, "pi_1_secret");

    OrderPageEffect? _effect;

    [Theory]
    [InlineData(OrderStatuses.AwaitingPayment, OrderScreen.Pay, null)]
    [InlineData(OrderStatuses.PaymentFailed, OrderScreen.Pay, Problem.PaymentFailed)]
    [InlineData(OrderStatuses.Paid, OrderScreen.AlreadyPaid, null)]
    [InlineData(OrderStatuses.PartiallyRefunded, OrderScreen.PartiallyRefunded, null)]
    [InlineData(OrderStatuses.Refunded, OrderScreen.Refunded, null)]
    [InlineData(OrderStatuses.Canceled, OrderScreen.Canceled, null)]
    public void A_page_opens_with_the_orders_status(string status, OrderScreen screen, string? problem)
    {
        var page = OrderPageState.Open(An(status), fromBank: false);

        Assert.Equal(screen, page.Screen);
        Assert.Equal(problem, page.Problem?.Code);
        Assert.Equal(problem is not null, page.IsDeclined);
        Assert.Equal(0, page.Announcements);
    }

    [Theory]
    [InlineData(OrderStatuses.AwaitingPayment, OrderScreen.Confirming)]
    [InlineData(OrderStatuses.PaymentFailed, OrderScreen.Confirming)]
    [InlineData(OrderStatuses.Paid, OrderScreen.Paid)]
    public void A_customer_who_returns_from_the_bank_waits_unless_the_order_is_paid(string status, OrderScreen screen)
    {
        var page = OrderPageState.Open(An(status), fromBank: true);

        Assert.Equal(screen, page.Screen);
        Assert.False(page.IsDeclined);
    }

    // Paying.

    [Fact]
    public void The_second_click_of_a_double_click_on_Pay_does_nothing()
    {
        var paying = After(Opened(), new OrderPageEvent.PayClicked(Visa, FirstKey));
        Assert.Equal(new OrderPageEffect.Pay(new PayAttempt(Visa, FirstKey)), _effect);

        var again = After(paying, new OrderPageEvent.PayClicked(Visa, SecondKey));

        Assert.Same(paying, again);
        Assert.Null(_effect);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_to_a_payment_shows_its_screen(PayAnswer answer, OrderScreen screen, string? problem)
    {
        var page = After(Paying(), new OrderPageEvent.PayAnswered(answer));

        Assert.Equal(screen, page.Screen);
        Assert.Equal(problem, page.Problem?.Code);
        Assert.Null(page.Paying);
        Assert.Equal(1, page.Announcements);
    }

    public static TheoryData<PayAnswer, OrderScreen, string?> Answers => new()
    {
        { new PayAnswer.Succeeded(), OrderScreen.Received, null },
        { new PayAnswer.Processing(), OrderScreen.Confirming, null },
        { new PayAnswer.Unknown(), OrderScreen.Confirming, null },
        { new PayAnswer.ActionRequired(Redirect), OrderScreen.Bank, null },
        { new PayAnswer.NotAsked(new Problem(Problem.Unreachable)), OrderScreen.Pay, Problem.Unreachable },
        { Refused(ProblemCodes.CardDeclined), OrderScreen.Pay, ProblemCodes.CardDeclined },
        { Refused(ProblemCodes.TooManyAttempts), OrderScreen.Pay, ProblemCodes.TooManyAttempts },
        { Refused(ProblemCodes.ConfirmationInFlight), OrderScreen.Confirming, null },
        { Refused(ProblemCodes.AlreadyPaid), OrderScreen.AlreadyPaid, null },
        { Refused(ProblemCodes.OrderCanceled), OrderScreen.Canceled, null },
    };

    [Fact]
    public void A_declined_attempt_is_followed_by_a_new_one()
    {
        var declined = After(Paying(), new OrderPageEvent.PayAnswered(Refused(ProblemCodes.CardDeclined)));

        After(declined, new OrderPageEvent.PayClicked(Visa, SecondKey));

        Assert.Equal(new OrderPageEffect.Pay(new PayAttempt(Visa, SecondKey)), _effect);
    }

    [Fact]
    public void A_payment_whose_answer_was_lost_is_repeated_with_the_same_key_until_there_is_an_answer()
    {
        var lost = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.Unknown()));
        var asking = After(lost, new OrderPageEvent.PayClicked(Visa, SecondKey));
        Assert.Equal(new OrderPageEffect.Pay(new PayAttempt(Visa, FirstKey)), _effect);

        // Now PaymentApi cannot be reached. Stripe can still have the first request.
        var unreachable = After(asking, new OrderPageEvent.PayAnswered(new PayAnswer.NotAsked(new Problem(Problem.Unreachable))));
        Assert.Equal(OrderScreen.Confirming, unreachable.Screen);
        After(unreachable, new OrderPageEvent.PayClicked(Visa, SecondKey));

        Assert.Equal(new OrderPageEffect.Pay(new PayAttempt(Visa, FirstKey)), _effect);
    }

    [Fact]
    public void Another_card_after_a_lost_answer_is_another_attempt()
    {
        var lost = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.Unknown()));

        After(lost, new OrderPageEvent.PayClicked(Mastercard, SecondKey));

        Assert.Equal(new OrderPageEffect.Pay(new PayAttempt(Mastercard, SecondKey)), _effect);
    }

    [Fact]
    public void The_same_card_after_a_lost_answer_that_was_a_decline_is_another_attempt()
    {
        var lost = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.Unknown()));
        var told = After(lost, Push(OrderStatuses.PaymentFailed));
        var declined = After(told, new OrderPageEvent.FailureChecked(new PaymentResponse(PaymentStatuses.Failed), null));
        Assert.True(declined.IsDeclined);

        After(declined, new OrderPageEvent.PayClicked(Visa, SecondKey));

        Assert.Equal(new OrderPageEffect.Pay(new PayAttempt(Visa, SecondKey)), _effect);
    }

    [Fact]
    public void A_push_that_comes_before_the_answer_settles_the_order()
    {
        var paid = After(Paying(), Push(OrderStatuses.Paid));
        Assert.Equal(OrderScreen.Paid, paid.Screen);
        Assert.Equal(1, paid.Announcements);

        var answered = After(paid, new OrderPageEvent.PayAnswered(new PayAnswer.Succeeded()));

        Assert.Equal(OrderScreen.Paid, answered.Screen);
        Assert.Null(answered.Paying);
        Assert.Equal(1, answered.Announcements);
    }

    [Fact]
    public void A_page_learns_by_push_that_another_tab_has_paid()
    {
        var inFlight = After(Paying(), new OrderPageEvent.PayAnswered(Refused(ProblemCodes.ConfirmationInFlight)));
        Assert.Equal(OrderScreen.Confirming, inFlight.Screen);

        Assert.Equal(OrderScreen.Paid, After(inFlight, Push(OrderStatuses.Paid)).Screen);
    }

    [Fact]
    public void A_tab_that_is_refused_because_another_one_has_paid_shows_already_paid_before_and_after_the_push()
    {
        var refused = After(Paying(), new OrderPageEvent.PayAnswered(Refused(ProblemCodes.AlreadyPaid)));
        Assert.Equal(OrderScreen.AlreadyPaid, refused.Screen);

        Assert.Equal(OrderScreen.AlreadyPaid, After(refused, Push(OrderStatuses.Paid)).Screen);
    }

    // Pushes.

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_outdated_or_repeated_push_changes_nothing(long version)
    {
        var paid = After(Opened(), Push(OrderStatuses.Paid, version: 2));

        var told = After(paid, Push(OrderStatuses.AwaitingPayment, version));

        Assert.Same(paid, told);
        Assert.Null(_effect);
    }

    [Fact]
    public void A_page_that_lost_its_connection_reads_what_it_missed()
    {
        var page = After(Opened(), new OrderPageEvent.OrderRead(An(OrderStatuses.Paid, version: 2)));

        Assert.Equal(OrderScreen.Paid, page.Screen);
        Assert.Equal(1, page.Announcements);
    }

    [Fact]
    public void A_refund_is_shown_and_keeps_what_a_push_does_not_say()
    {
        var page = After(Opened(), Push(OrderStatuses.Refunded, refunded: 500));

        Assert.Equal(OrderScreen.Refunded, page.Screen);
        Assert.Equal(500, page.Order.AmountRefunded);
        Assert.Equal("A mug", page.Order.Description);
    }

    [Fact]
    public void A_failure_of_this_pages_own_payment_waits_for_the_answer_which_has_the_reason()
    {
        var told = After(Paying(), Push(OrderStatuses.PaymentFailed));
        Assert.Null(_effect);

        var declined = After(told, new OrderPageEvent.PayAnswered(Refused(ProblemCodes.CardDeclined)));

        Assert.Equal(ProblemCodes.CardDeclined, declined.Problem?.Code);
    }

    [Theory]
    [InlineData(PaymentStatuses.Failed, null, true)]
    [InlineData(null, Problem.Unreachable, true)]
    [InlineData(PaymentStatuses.RequiresAction, null, false)]
    [InlineData(PaymentStatuses.Processing, null, false)]
    [InlineData(PaymentStatuses.Succeeded, null, false)]
    [InlineData(null, ProblemCodes.AlreadyPaid, false)]
    [InlineData(null, ProblemCodes.OrderCanceled, false)]
    public void A_waiting_page_checks_a_failure_because_it_can_be_that_of_an_earlier_attempt(string? status, string? problem, bool failed)
    {
        var waiting = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.ActionRequired(Redirect)));
        var told = After(waiting, Push(OrderStatuses.PaymentFailed));
        Assert.IsType<OrderPageEffect.CheckFailure>(_effect);
        Assert.Equal(OrderScreen.Bank, told.Screen);

        var page = After(told, new OrderPageEvent.FailureChecked(
            status is null ? null : new PaymentResponse(status), problem is null ? null : new Problem(problem)));

        Assert.Equal(failed ? OrderScreen.Pay : OrderScreen.Bank, page.Screen);
        Assert.Equal(failed, page.IsDeclined);
    }

    [Fact]
    public void A_check_that_is_answered_while_the_customer_pays_again_changes_nothing()
    {
        var lost = After(Paying(), new OrderPageEvent.PayAnswered(new PayAnswer.Unknown()));
        var asking = After(After(lost, Push(OrderStatuses.PaymentFailed)), new OrderPageEvent.PayClicked(Visa, SecondKey));

        Assert.Same(asking, After(asking, new OrderPageEvent.FailureChecked(new PaymentResponse(PaymentStatuses.Failed), null)));
    }

    // Preparing.

    [Theory]
    [InlineData(PaymentStatuses.Succeeded, null, OrderScreen.Received)]
    [InlineData(null, ProblemCodes.AlreadyPaid, OrderScreen.Received)]
    [InlineData(null, ProblemCodes.OrderCanceled, OrderScreen.Canceled)]
    [InlineData(PaymentStatuses.Processing, null, OrderScreen.Pay)]
    [InlineData(PaymentStatuses.Failed, null, OrderScreen.Pay)]
    [InlineData(null, Problem.Unreachable, OrderScreen.Pay)]
    public void What_PaymentApi_knows_of_the_order_is_shown(string? status, string? problem, OrderScreen screen)
    {
        var page = After(Opened(), new OrderPageEvent.Prepared(
            status is null ? null : new PaymentResponse(status), problem is null ? null : new Problem(problem), CanShowBank: false));

        Assert.Equal(screen, page.Screen);
        Assert.Null(page.Problem);
    }

    [Fact]
    public void A_customer_who_is_faster_than_the_preparation_is_not_interrupted()
    {
        var paying = Paying();
        var canceling = After(Opened(), new OrderPageEvent.CancelClicked());

        Assert.Same(paying, After(paying, Prepared(PaymentStatuses.RequiresAction, Redirect)));
        Assert.Same(canceling, After(canceling, Prepared(PaymentStatuses.Succeeded)));
    }

    OrderPageState After(OrderPageState state, OrderPageEvent happened)
    {
        (var next, _effect) = OrderPageReducer.Reduce(state, happened);
        return next;
    }

    static OrderPageState Opened() => OrderPageState.Open(An(OrderStatuses.AwaitingPayment), fromBank: false);

    static OrderPageState FromBank() => OrderPageState.Open(An(OrderStatuses.AwaitingPayment), fromBank: true);

    OrderPageState Paying() => After(Opened(), new OrderPageEvent.PayClicked(Visa, FirstKey));

    static PayAnswer.Refused Refused(string code) => new(new Problem(code));

    static OrderPageEvent.Prepared Prepared(string status, NextAction? action = null, bool canShowBank = false) =>
        new(new PaymentResponse(status, action), null, canShowBank);

    static OrderPageEvent.Pushed Push(string status, long version = 2, long refunded = 0) => new(new OrderEvent(
        Guid.Empty, "R-1", version, status, null, version - 1, 1800, refunded, "usd", DateTimeOffset.UnixEpoch.AddMinutes(version)));

    static Order An(string status, long version = 1) => new(
        Guid.Empty, "R-1", status, version, 1800, 0, "usd", "A mug", [], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
