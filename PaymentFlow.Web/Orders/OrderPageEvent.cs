using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>Something that happened to an order's page. <see cref="OrderPageReducer"/> says what follows.</summary>
public abstract record OrderPageEvent
{
    /// <summary>A state of the order was pushed. It can be older than the known one.</summary>
    public sealed record Pushed(OrderEvent Update) : OrderPageEvent;

    /// <summary>The order was read from OrderService.</summary>
    public sealed record OrderRead(Order Order) : OrderPageEvent;

    /// <summary>PaymentApi has prepared the payment, or not.</summary>
    /// <param name="CanShowBank">Whether this page can show a bank's confirmation that has no address to redirect to.</param>
    public sealed record Prepared(PaymentResponse? Payment, Problem? Problem, bool CanShowBank) : OrderPageEvent;

    /// <summary>PaymentApi has answered <see cref="OrderPageEffect.CheckFailure"/>.</summary>
    public sealed record FailureChecked(PaymentResponse? Payment, Problem? Problem) : OrderPageEvent;

    /// <summary>The customer wants to pay.</summary>
    /// <param name="NewKey">The idempotency key if this is a new attempt.</param>
    public sealed record PayClicked(string Method, string NewKey) : OrderPageEvent;

    public sealed record PayAnswered(PayAnswer Answer) : OrderPageEvent;

    /// <summary>The customer wants to go to the bank again.</summary>
    public sealed record BankClicked : OrderPageEvent;

    /// <summary>Stripe.js has closed the bank's confirmation.</summary>
    /// <param name="Refusal">Why the bank did not confirm. Null if the customer has completed it.</param>
    public sealed record BankClosed(Problem? Refusal) : OrderPageEvent;

    /// <summary>The customer wants to pay in another way than at the bank.</summary>
    public sealed record AnotherWayClicked : OrderPageEvent;

    /// <summary>The customer has confirmed the cancellation.</summary>
    public sealed record CancelClicked : OrderPageEvent;

    /// <param name="Problem">Why the order was not canceled. Null if it was.</param>
    public sealed record CancelAnswered(Problem? Problem) : OrderPageEvent;

    /// <summary>The page has become interactive.</summary>
    public sealed record Opened : OrderPageEvent;

    /// <summary>A second has passed since <see cref="OrderPageEffect.WaitASecond"/>.</summary>
    public sealed record SecondPassed : OrderPageEvent;

    /// <summary>The customer does not want to be led back to the shop.</summary>
    public sealed record StayClicked : OrderPageEvent;
}

/// <summary>What an order's page has to do after an event. Its result is the next event.</summary>
public abstract record OrderPageEffect
{
    /// <summary>Read the order, because a push does not say why it was canceled.</summary>
    public sealed record ReadOrder : OrderPageEffect;

    /// <summary>Ask PaymentApi whether the payment has failed, because a push can be about an earlier attempt.</summary>
    public sealed record CheckFailure : OrderPageEffect;

    public sealed record Pay(PayAttempt Attempt) : OrderPageEffect;

    /// <summary>Redirect to the bank's page, or let Stripe.js show it on top of ours.</summary>
    public sealed record GoToBank(NextAction Action) : OrderPageEffect;

    public sealed record Cancel : OrderPageEffect;

    public sealed record WaitASecond : OrderPageEffect;

    /// <summary>Leave for the merchant's shop.</summary>
    public sealed record GoToShop : OrderPageEffect;
}
