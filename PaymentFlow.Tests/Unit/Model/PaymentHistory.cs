using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Payments;
using Stripe;

namespace PaymentFlow.Tests.Unit.Model;

/// <summary>What may happen to a payment at the customer, at Stripe or in PaymentApi.</summary>
public enum Happening
{
    ConfirmThatSucceeds,
    ConfirmThatIsDeclined,
    ConfirmThatAsksFor3DSecure,

    /// <summary>PaymentApi or the network fails, so Stripe never receives the confirmation.</summary>
    ConfirmThatIsLost,
    Approve3DSecure,
    Fail3DSecure,
    Cancel,

    /// <summary>Long after a confirmation, when Stripe's present state must include its outcome.</summary>
    Reconcile,

    /// <summary>A webhook or the first reconciliation. Stripe's state may be the outcome of an earlier attempt.</summary>
    Webhook,
    Refund,
    RefundFails,
    Dispute,
}

/// <summary>
/// One payment at Stripe and in PaymentApi. Stripe's side is a model. Only the real decisions
/// (<see cref="PaymentSettlement.Decide"/>, <see cref="PaymentTransition"/>) change PaymentApi's side. Any answer from Stripe may be lost.
/// </summary>
public sealed class PaymentHistory
{
    readonly PaymentIntent _intent = new() { Status = "requires_payment_method" };
    readonly List<long> _refunds = [];

    public Payment Payment { get; private set; } = new()
    {
        Id = Guid.CreateVersion7(),
        OrderId = Guid.CreateVersion7(),
        Amount = 1_000,
        Currency = "usd",
        Status = PaymentStatuses.Processing,
        Version = 1,
    };

    /// <summary>All published events, in order.</summary>
    public List<PaymentEvent> Published { get; } = [];

    /// <summary>All statuses of the payment, in order.</summary>
    public List<string> Statuses { get; } = [PaymentStatuses.Processing];

    public int Charges { get; private set; }

    public bool CanceledAtStripe => _intent.Status == "canceled";

    public long RefundedAtStripe => _refunds.Sum();

    public static PaymentHistory Of(IEnumerable<(Happening Happening, int Number)> steps)
    {
        PaymentHistory history = new();
        foreach (var (step, number) in steps) history.Take(step, number);
        // At the end no confirmation is under way, and the payment is reconciled with Stripe.
        history.Take(Happening.Reconcile, 0);
        history.TellOfRefunds();
        return history;
    }

    void Take(Happening step, int number)
    {
        var answerIsLost = number % 3 == 0;
        switch (step)
        {
            case Happening.ConfirmThatSucceeds or Happening.ConfirmThatIsDeclined
                or Happening.ConfirmThatAsksFor3DSecure or Happening.ConfirmThatIsLost:
                if (!Claim()) return;
                if (step == Happening.ConfirmThatIsLost) return;
                Confirm(step);
                if (!answerIsLost) Tell(Payment.AttemptId);
                break;
            case Happening.Approve3DSecure or Happening.Fail3DSecure when _intent.Status == "requires_action":
                if (step == Happening.Approve3DSecure) Charge();
                else Decline("payment_intent_authentication_failure");
                break;
            case Happening.Cancel when !(Payment.InFlight && number % 2 == 0):
                if (_intent.Status is not ("succeeded" or "canceled")) _intent.Status = "canceled";
                if (!answerIsLost) Tell(null);
                break;
            case Happening.Webhook:
                Tell(null);
                break;
            case Happening.Reconcile:
                Tell(Payment.AttemptId);
                if (Payment.InFlight) Release();
                break;
            case Happening.Refund when _intent.Status == "succeeded" && RefundedAtStripe < Payment.Amount:
                _refunds.Add(1 + number % (Payment.Amount - RefundedAtStripe));
                if (!answerIsLost) TellOfRefunds();
                break;
            case Happening.RefundFails when _refunds.Count > 0:
                _refunds.RemoveAt(number % _refunds.Count);
                if (!answerIsLost) TellOfRefunds();
                break;
            case Happening.Dispute when _intent.Status == "succeeded":
                Tell(null);
                Move(PaymentTransition.Disputed(Payment));
                break;
        }
    }

    /// <summary>A model of the conditional UPDATE that claims a payment.</summary>
    bool Claim()
    {
        var payable = Payment.Status is PaymentStatuses.Failed or PaymentStatuses.RequiresAction
            || (Payment.Status == PaymentStatuses.Processing && Payment.AttemptId is null);
        if (!payable || Payment.AttemptsUsedUp) return false;
        Payment = Payment with
        {
            Status = PaymentStatuses.Processing,
            AttemptId = Guid.CreateVersion7(),
            Attempts = Payment.Attempts + 1,
            Version = Payment.Version + 1,
        };
        Statuses.Add(Payment.Status);
        return true;
    }

    void Release() => Payment = Payment with
    {
        AttemptId = null,
        AttemptsNotSent = Payment.AttemptsNotSent + 1,
        Version = Payment.Version + 1,
    };

    /// <summary>Stripe refuses to confirm a PaymentIntent that succeeded or was canceled, so a second charge is impossible.</summary>
    void Confirm(Happening step)
    {
        if (_intent.Status is "succeeded" or "canceled") return;
        if (step == Happening.ConfirmThatSucceeds) Charge();
        else if (step == Happening.ConfirmThatIsDeclined) Decline("card_declined");
        else _intent.Status = "requires_action";
    }

    void Charge()
    {
        _intent.Status = "succeeded";
        Charges++;
    }

    void Decline(string code)
    {
        _intent.Status = "requires_payment_method";
        _intent.LastPaymentError = new StripeError { Code = code };
    }

    void Tell(Guid? answered)
    {
        if (PaymentSettlement.Decide(Payment, _intent, answered) is { } transition) Move(transition);
    }

    void TellOfRefunds()
    {
        if (PaymentTransition.Refunded(Payment, RefundedAtStripe) is { } transition) Move(transition);
    }

    void Move(PaymentTransition transition)
    {
        Payment = transition.ApplyTo(Payment, DateTimeOffset.UnixEpoch);
        Statuses.Add(Payment.Status);
        if (transition.EventType is not null) Published.Add(PaymentTransition.StateOf(Payment));
    }
}
