using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Everything that one order's page knows. What it shows is derived from this. <see cref="OrderPageReducer"/> makes the next state.
/// </summary>
public sealed record OrderPageState
{
    /// <summary>The newest known state of the order.</summary>
    public required Order Order { get; init; }

    /// <summary>The screen as long as the order is payable.</summary>
    public OrderScreen Step { get; init; }

    /// <summary>What the current screen explains.</summary>
    public Problem? Problem { get; init; }

    /// <summary>The customer has come back from the bank and has not tried to pay since.</summary>
    public bool FromBank { get; init; }

    /// <summary>The order was paid, but not by this page.</summary>
    public bool PaidElsewhere { get; init; }

    /// <summary>The attempt whose answer this page waits for.</summary>
    public PayAttempt? Paying { get; init; }

    /// <summary>The last attempt whose outcome is not known. Only its repetition, with the same key, returns the outcome.</summary>
    public PayAttempt? Unanswered { get; init; }

    /// <summary>What the customer has to do at the bank.</summary>
    public NextAction? BankAction { get; init; }

    /// <summary>The page waits for the answer to a cancellation.</summary>
    public bool Canceling { get; init; }

    /// <summary>Why the order could not be canceled.</summary>
    public Problem? CancelProblem { get; init; }

    /// <summary>How many seconds the page of a paid order is shown before it leads back to the shop. Zero if it does not.</summary>
    public int LeaveAfter { get; init; }

    /// <summary>The seconds that are left until then; zero when the browser has been told to leave. Null if the page stays.</summary>
    public int? LeavesIn { get; init; }

    /// <summary>The customer has chosen to stay.</summary>
    public bool Stays { get; init; }

    /// <summary>Why the order was canceled. Null as long as it is not known.</summary>
    public CancelCause? CanceledBecause { get; init; }

    /// <summary>
    /// How many screens have been announced. When it rises, the page moves the focus to its heading and screen readers read it out.
    /// </summary>
    public int Announcements { get; init; }

    public OrderScreen Screen => Order.Status switch
    {
        OrderStatuses.Paid => PaidElsewhere ? OrderScreen.AlreadyPaid : OrderScreen.Paid,
        OrderStatuses.PartiallyRefunded => OrderScreen.PartiallyRefunded,
        OrderStatuses.Refunded => OrderScreen.Refunded,
        OrderStatuses.Canceled => OrderScreen.Canceled,
        _ => Step,
    };

    /// <summary>The payment form is shown because the last attempt failed.</summary>
    public bool IsDeclined => Screen == OrderScreen.Pay && Problem is { Code: not Problem.BankPending };

    /// <summary>The page waits for the bank's decision on an attempt.</summary>
    public bool Waits => Step is OrderScreen.Confirming or OrderScreen.Bank;

    /// <summary>The page offers to cancel the order.</summary>
    public bool CanCancel => Order.Payable && Screen is OrderScreen.Pay or OrderScreen.Bank or OrderScreen.Confirming;

    /// <summary>The page can neither pay nor cancel now, because it does one of them or the order is settled.</summary>
    public bool IsBusyOrSettled => Paying is not null || Canceling || !Order.Payable;

    /// <summary>The first state of a page.</summary>
    /// <param name="order">The order when the page was rendered.</param>
    /// <param name="fromBank">The customer has just returned from the bank.</param>
    /// <param name="leaveAfter">See <see cref="LeaveAfter"/>.</param>
    public static OrderPageState Open(Order order, bool fromBank, int leaveAfter = 0) => new OrderPageState
    {
        Order = order,
        FromBank = fromBank,
        Step = fromBank ? OrderScreen.Confirming : OrderScreen.Pay,
        Problem = !fromBank && order.Status == OrderStatuses.PaymentFailed ? new Problem(Problem.PaymentFailed) : null,
        PaidElsewhere = order.Status == OrderStatuses.Paid && !fromBank,
        CanceledBecause = order.CancelCause,
        LeaveAfter = order.ReturnUrl is null ? 0 : leaveAfter,
    }.WithCountdown();

    /// <summary>
    /// Starts the countdown when this page has seen the payment. A page of an order that was paid before stays, because its customer has
    /// come back from the shop or has opened the link again.
    /// </summary>
    public OrderPageState WithCountdown() => Screen != OrderScreen.Paid ? this with { LeavesIn = null }
        : LeaveAfter > 0 && LeavesIn is null && !Stays ? this with { LeavesIn = LeaveAfter } : this;
}

/// <param name="Key">The idempotency key. Requests with the same key charge at most once.</param>
public sealed record PayAttempt(string Method, string Key);

/// <summary>Why an order was canceled.</summary>
public enum CancelCause { ByCustomer, ByOperator, Expired }
