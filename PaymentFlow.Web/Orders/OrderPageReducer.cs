using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// The rules of an order's page: which state and which effect follow an event. An event that comes too late changes nothing.
/// </summary>
public static class OrderPageReducer
{
    public static (OrderPageState State, OrderPageEffect? Effect) Reduce(OrderPageState state, OrderPageEvent happened) => happened switch
    {
        OrderPageEvent.Pushed { Update: var update } => Apply(state, state.Order.With(update)),
        OrderPageEvent.OrderRead { Order: var order } => Read(state, order),
        OrderPageEvent.Prepared prepared => (Prepared(state, prepared), null),
        OrderPageEvent.FailureChecked check => (FailureChecked(state, check), null),
        OrderPageEvent.PayClicked click => Pay(state, click),
        OrderPageEvent.PayAnswered { Answer: var answer } => PayAnswered(state, answer),
        OrderPageEvent.BankClicked when state is { BankAction: { } action, IsBusyOrSettled: false } =>
            (state, new OrderPageEffect.GoToBank(action)),
        OrderPageEvent.BankClosed { Refusal: var refusal } when state.Order.Payable =>
            (state.Show(refusal is null ? OrderScreen.Confirming : OrderScreen.Pay, refusal), null),
        OrderPageEvent.AnotherWayClicked when state.Paying is null && state.Order.Payable => (state.Show(OrderScreen.Pay), null),
        OrderPageEvent.CancelClicked when !state.IsBusyOrSettled =>
            (state with { Canceling = true, CancelProblem = null }, new OrderPageEffect.Cancel()),
        OrderPageEvent.Opened => (state, CountdownOf(state)),
        OrderPageEvent.SecondPassed when state.LeavesIn is > 0 and var left => (state with { LeavesIn = left - 1 },
            left > 1 ? new OrderPageEffect.WaitASecond() : new OrderPageEffect.GoToShop()),
        OrderPageEvent.StayClicked when state.LeavesIn is > 0 => (state.Announce() with { LeavesIn = null, Stays = true }, null),
        OrderPageEvent.CancelAnswered { Problem: var problem } => (CancelAnswered(state with { Canceling = false }, problem), null),
        _ => (state, null),
    };

    /// <summary>Applies a state of the order. An old or repeated version changes nothing.</summary>
    static (OrderPageState State, OrderPageEffect? Effect) Apply(OrderPageState state, Order order)
    {
        if (order.Version <= state.Order.Version) return (state, null);
        var next = (state with { Order = order }).WithCountdown();
        if (next.Screen != state.Screen) next = next.Announce();
        return order.Status switch
        {
            OrderStatuses.Canceled when next.CanceledBecause is null => (next, new OrderPageEffect.ReadOrder()),
            // If this page submitted the payment, the answer carries the reason.
            OrderStatuses.PaymentFailed when next is { Paying: null, Waits: true } => (next, new OrderPageEffect.CheckFailure()),
            _ => (next, state.LeavesIn is null ? CountdownOf(next) : null),
        };
    }

    /// <summary>The effect that moves the countdown on, if there is one.</summary>
    static OrderPageEffect.WaitASecond? CountdownOf(OrderPageState state) => state.LeavesIn is null ? null : new();

    static (OrderPageState State, OrderPageEffect? Effect) Read(OrderPageState state, Order order)
    {
        var (next, effect) = Apply(state with { CanceledBecause = state.CanceledBecause ?? order.CancelCause }, order);
        return (next.CanceledBecause == state.CanceledBecause ? next : next.Announce(), effect);
    }

    static OrderPageState Prepared(OrderPageState state, OrderPageEvent.Prepared prepared)
    {
        if (state.IsBusyOrSettled) return state;
        return (prepared.Payment, prepared.Problem?.Code) switch
        {
            ({ Status: PaymentStatuses.Succeeded }, _) or (_, ProblemCodes.AlreadyPaid) => state.Show(OrderScreen.Received),
            (_, ProblemCodes.OrderCanceled) => state.Show(OrderScreen.Canceled),
            ({ Status: PaymentStatuses.Failed }, _) when state is { FromBank: true, Waits: true } => state.Fail(),
            ({ Status: PaymentStatuses.RequiresAction, NextAction: { } action }, _)
                when !state.FromBank && (action.RedirectUrl is not null || prepared.CanShowBank) =>
                state.Show(OrderScreen.Bank) with { BankAction = action },
            ({ Status: PaymentStatuses.RequiresAction }, _) when !state.FromBank =>
                state.Show(OrderScreen.Pay, new Problem(Problem.BankPending)),
            _ => state,
        };
    }

    /// <summary>The page stops waiting only if the payment's current status is failed, or if PaymentApi cannot say.</summary>
    static OrderPageState FailureChecked(OrderPageState state, OrderPageEvent.FailureChecked check)
    {
        if (state.Paying is not null || state.Order.Status != OrderStatuses.PaymentFailed || !state.Waits) return state;
        return check.Payment is { Status: not PaymentStatuses.Failed }
            || check.Problem?.Code is ProblemCodes.AlreadyPaid or ProblemCodes.OrderCanceled ? state : state.Fail();
    }

    static (OrderPageState State, OrderPageEffect? Effect) Pay(OrderPageState state, OrderPageEvent.PayClicked click)
    {
        // The second click of a double click ends here, because events are handled one after another.
        if (state.IsBusyOrSettled) return (state, null);
        var attempt = state.Unanswered is { } asked && asked.Method == click.Method ? asked : new PayAttempt(click.Method, click.NewKey);
        return (state with { Paying = attempt, FromBank = false, CancelProblem = null }, new OrderPageEffect.Pay(attempt));
    }

    static (OrderPageState State, OrderPageEffect? Effect) PayAnswered(OrderPageState state, PayAnswer answer)
    {
        // If the outcome is unknown, the next click repeats the request. It returns the outcome, or makes the payment if Stripe never
        // received the first request. In that case there is no push, because the order has not changed.
        state = state with
        {
            Paying = null,
            Unanswered = answer switch
            {
                PayAnswer.Unknown or PayAnswer.Processing => state.Paying,
                PayAnswer.NotAsked => state.Unanswered,
                _ => null,
            },
        };
        // A push has already settled the order.
        if (!state.Order.Payable) return (state, null);
        return answer switch
        {
            PayAnswer.Succeeded => (state.Show(OrderScreen.Received), null),
            PayAnswer.ActionRequired { Action: var action } =>
                (state.Show(OrderScreen.Bank) with { BankAction = action }, new OrderPageEffect.GoToBank(action)),
            PayAnswer.NotAsked { Problem: var problem } when state.Unanswered is null => (state.Show(OrderScreen.Pay, problem), null),
            PayAnswer.Refused { Problem: var problem } => (Refused(state, problem), null),
            _ => (state.Show(OrderScreen.Confirming), null),
        };
    }

    static OrderPageState Refused(OrderPageState state, Problem problem) => problem.Code switch
    {
        ProblemCodes.AlreadyPaid => state.Show(OrderScreen.AlreadyPaid) with { PaidElsewhere = true },
        ProblemCodes.OrderCanceled => state.Show(OrderScreen.Canceled),
        // Another tab pays at this moment.
        ProblemCodes.ConfirmationInFlight => state.Show(OrderScreen.Confirming),
        _ => state.Show(OrderScreen.Pay, problem),
    };

    static OrderPageState CancelAnswered(OrderPageState state, Problem? problem)
    {
        // A push has already settled the order.
        if (!state.Order.Payable) return state;
        return problem?.Code switch
        {
            null => state.Show(OrderScreen.Canceling) with { CanceledBecause = CancelCause.ByCustomer },
            ProblemCodes.AlreadyPaid =>
                state.Show(OrderScreen.AlreadyPaid, new Problem(Problem.TooLateToCancel)) with { PaidElsewhere = true },
            ProblemCodes.ConfirmationInFlight => state with { CancelProblem = new Problem(Problem.CancelInFlight) },
            ProblemCodes.RateLimited => state with { CancelProblem = problem },
            _ => state with { CancelProblem = new Problem(Problem.CancelUnknown) },
        };
    }

    /// <summary>The attempt that the page waited for has failed.</summary>
    static OrderPageState Fail(this OrderPageState state) => state.Show(OrderScreen.Pay, new Problem(
        state is { FromBank: true, Step: OrderScreen.Confirming } ? Problem.NotAuthenticated : Problem.PaymentFailed)) with
    {
        Unanswered = null,
    };

    static OrderPageState Show(this OrderPageState state, OrderScreen step, Problem? problem = null) =>
        (state with { Step = step, Problem = problem }).Announce();

    static OrderPageState Announce(this OrderPageState state) => state with { Announcements = state.Announcements + 1 };
}
