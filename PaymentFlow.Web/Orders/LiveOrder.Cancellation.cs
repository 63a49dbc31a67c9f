using PaymentFlow.Contracts;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>Cancellation by the customer, and the reason why an order was canceled.</summary>
public sealed partial class LiveOrder
{
    /// <summary>Web's own problem codes: why an order could not be canceled.</summary>
    const string TooLateToCancel = "cancel_too_late";
    const string CancelInFlight = "cancel_in_flight";
    const string CancelUnknown = "cancel_unknown";

    const string ByCustomer = "ByCustomer";
    const string Expired = "Expired";

    Problem? _cancelProblem;
    bool _canceling;
    string? _reason;

    /// <summary>Why the order was canceled, as the last part of a resource name.</summary>
    string Reason => _reason ?? "Text";

    bool CanCancel => _order.Payable && Screen is OrderScreen.Pay or OrderScreen.Bank or OrderScreen.Confirming;

    async Task CancelAsync()
    {
        if (_canceling || _paying || !_order.Payable) return;
        _canceling = true;
        _cancelProblem = null;
        Problem? problem;
        try
        {
            // No cancellation token of the page, so that closing the page does not abort the request.
            problem = limit.Allows(Client)
                ? await orders.CancelAsync(_order.Id, Secret, CancellationToken.None)
                : new Problem(Problem.RateLimited);
        }
        catch (ServiceUnavailableException e)
        {
            Log.CancelUnanswered(logger, e, _order.Id);
            problem = new Problem(CancelUnknown);
        }
        finally
        {
            _canceling = false;
        }
        // A push has already updated the order.
        if (!_order.Payable) return;
        switch (problem?.Code)
        {
            case null:
                _reason = ByCustomer;
                Show(OrderScreen.Canceling);
                break;
            case ProblemCodes.AlreadyPaid:
                _paidBefore = true;
                Show(OrderScreen.AlreadyPaid, new Problem(TooLateToCancel));
                break;
            case ProblemCodes.ConfirmationInFlight:
                _cancelProblem = new Problem(CancelInFlight);
                break;
            case Problem.RateLimited:
                _cancelProblem = problem;
                break;
            default:
                _cancelProblem = new Problem(CancelUnknown);
                break;
        }
    }

    static string ReasonOf(Order canceled) => canceled.CanceledBy switch
    {
        "customer" => ByCustomer,
        "operator" => "ByOperator",
        _ => Expired,
    };
}
