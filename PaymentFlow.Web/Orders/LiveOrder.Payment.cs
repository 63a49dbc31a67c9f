using System.Diagnostics;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>The customer's payment: the request, its result, and the redirect to the bank.</summary>
public sealed partial class LiveOrder
{
    /// <summary>Web's own problem code: the bank has not decided on the last attempt yet.</summary>
    const string BankPending = "bank_pending";

    NextAction? _action;
    string? _unanswered;
    string _attemptKey = NewKey();
    bool _paying;

    string ReturnUrl => BankReturn.UrlOf(_order.Id, navigation.BaseUri);

    Preparation Preparation => new(_order.Id, _order.Version, Secret, ReturnUrl);

    /// <summary>True while the page waits for the bank's decision on an attempt.</summary>
    bool Waits => _stage is OrderScreen.Confirming or OrderScreen.Bank;

    async Task PrepareAsync()
    {
        var (payment, problem) = await payments.PrepareAsync(Preparation, Client);
        if (problem is not null) Log.NotPrepared(logger, _order.Id, problem.Code);
        if (!_order.Payable || _paying || _canceling) return;
        switch (payment, problem?.Code)
        {
            case ({ Status: "succeeded" }, _) or (_, ProblemCodes.AlreadyPaid):
                Show(OrderScreen.Received);
                break;
            case (_, ProblemCodes.OrderCanceled):
                Show(OrderScreen.Canceled);
                break;
            case ({ Status: "failed" }, _) when FromBank && Waits:
                Show(OrderScreen.Pay, FailureOfWait());
                break;
            case ({ Status: "requires_action", NextAction: { } action }, _)
                when !FromBank && (action.RedirectUrl is not null || options.UsesStripe):
                _action = action;
                Show(OrderScreen.Bank);
                break;
            case ({ Status: "requires_action" }, _) when !FromBank:
                Show(OrderScreen.Pay, new Problem(BankPending));
                break;
        }
    }

    /// <summary>
    /// Asks PaymentApi whether the payment has failed. A late push may report the failure of an earlier attempt, so the page stops waiting
    /// only if the payment's current status is failed.
    /// </summary>
    void AskWhetherFailed() => InCircuit(async () =>
    {
        var (payment, problem) = await payments.PrepareAsync(Preparation, Client);
        if (_paying || _order.Status != OrderStatuses.PaymentFailed || !Waits) return;
        if (payment is not null && payment.Status != "failed"
            || problem?.Code is ProblemCodes.AlreadyPaid or ProblemCodes.OrderCanceled) return;
        Show(OrderScreen.Pay, FailureOfWait());
        StateHasChanged();
    });

    Problem FailureOfWait() =>
        new(_stage == OrderScreen.Confirming && FromBank ? "payment_intent_authentication_failure" : OrderStatuses.PaymentFailed);

    async Task PayAsync(string paymentMethod)
    {
        // The circuit handles one event at a time, so the second click of a double click returns here.
        if (_paying || _canceling || !_order.Payable) return;
        _paying = true;
        _cancelProblem = null;
        try
        {
            Take(await AskAsync(paymentMethod), paymentMethod);
        }
        finally
        {
            _paying = false;
        }
        if (Screen == OrderScreen.Bank) await GoToBankAsync(_action!);
    }

    async Task<PayAnswer> AskAsync(string paymentMethod)
    {
        if (!limit.Allows(Client)) return new PayAnswer.NotAsked(new Problem(Problem.RateLimited));
        // Start a new trace for the click, because the circuit's activity lasts as long as the page.
        Activity.Current = null;
        using var span = PaymentFlowTelemetry.Source.StartActivity("pay click");
        span?.SetTag("paymentflow.order_id", _order.Id);
        // No cancellation token of the page, so that closing the page does not abort a payment.
        return await payments.PayAsync(_order.Id, Secret, paymentMethod, ReturnUrl, _attemptKey, Client, CancellationToken.None);
    }

    void Take(PayAnswer answer, string paymentMethod)
    {
        Log.Answered(logger, _order.Id, answer.GetType().Name);
        // If the outcome is unknown, the next click repeats the request with the same key. It returns the outcome, or makes the payment if
        // Stripe never received the first request. In that case there is no push, because the order has not changed.
        _unanswered = answer switch
        {
            PayAnswer.Unknown or PayAnswer.Processing => paymentMethod,
            PayAnswer.NotAsked => _unanswered,
            _ => null,
        };
        if (_unanswered is null) _attemptKey = NewKey();
        // A push has already updated the order.
        if (!_order.Payable) return;
        switch (answer)
        {
            case PayAnswer.Succeeded:
                Show(OrderScreen.Received);
                break;
            case PayAnswer.ActionRequired { Action: var action }:
                _action = action;
                Show(OrderScreen.Bank);
                break;
            case PayAnswer.NotAsked { Problem: var problem } when _unanswered is null:
                Show(OrderScreen.Pay, problem);
                break;
            case PayAnswer.Refused { Problem: { Code: ProblemCodes.AlreadyPaid } }:
                _paidBefore = true;
                Show(OrderScreen.AlreadyPaid);
                break;
            case PayAnswer.Refused { Problem: { Code: ProblemCodes.OrderCanceled } }:
                Show(OrderScreen.Canceled);
                break;
            case PayAnswer.Refused { Problem: { Code: not ProblemCodes.ConfirmationInFlight } problem }:
                Show(OrderScreen.Pay, problem);
                break;
            default:
                Show(OrderScreen.Confirming);
                break;
        }
    }

    /// <summary>Redirects to the bank's page, or lets Stripe.js show it on top of ours.</summary>
    async Task GoToBankAsync(NextAction action)
    {
        if (action.RedirectUrl is { } url) navigation.NavigateTo(url.AbsoluteUri, forceLoad: true);
        else if (await stripe.ConfirmAsync(action.StripeClientSecret) is { } refused) Show(OrderScreen.Pay, refused);
        else Show(OrderScreen.Confirming);
    }

    Task ContinueAtBankAsync() => _paying ? Task.CompletedTask : GoToBankAsync(_action!);

    void PayAnotherWay() => Show(OrderScreen.Pay);

    static string NewKey() => Guid.CreateVersion7().ToString();
}
