using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Components;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Web.Circuits;
using PaymentFlow.Web.Components;
using PaymentFlow.Web.Languages;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Follows one order by push and lets its customer pay it. It subscribes first, then reads the order once, then drops every
/// version that is not newer, so it misses nothing; it reads again only when the browser is back from a lost connection.
/// </summary>
public sealed partial class LiveOrder(
    OrderClient orders, PaymentClient payments, OrderUpdates updates, NavigationManager navigation, StripeJs stripe, PayLimit limit, PaymentOptions options, CircuitWatch circuit,
    PushJournal journal, ILogger<LiveOrder> logger) : IDisposable
{
    /// <summary>Our own word: the bank has neither confirmed nor refused the last attempt.</summary>
    const string BankPending = "bank_pending";

    /// <summary>Our own words: why an order could not be canceled.</summary>
    const string TooLateToCancel = "cancel_too_late";
    const string CancelInFlight = "cancel_in_flight";
    const string CancelUnknown = "cancel_unknown";

    const string ByCustomer = "ByCustomer";
    const string Expired = "Expired";

    readonly CancellationTokenSource _closed = new();
    // As few as an order has changes.
    readonly Channel<News> _news = Channel.CreateUnbounded<News>(new() { SingleReader = true });

    Order _order = null!;
    OrderScreen _stage;
    Problem? _problem;
    Problem? _cancelProblem;
    NextAction? _action;
    string? _unanswered;
    string _attemptKey = NewKey();
    string _announcement = "";
    bool _paidBefore;
    bool _paying;
    bool _canceling;
    string? _reason;
    bool _focusHeading;
    IDisposable? _subscription;
    ElementReference _heading;

    /// <summary>The order as it was when the page was made.</summary>
    [Parameter, EditorRequired]
    public Order Opened { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Secret { get; set; } = "";

    /// <summary>The client's address, for the limit on presses.</summary>
    [Parameter, EditorRequired]
    public string Client { get; set; } = "";

    /// <summary>The customer has just been to the bank.</summary>
    [Parameter]
    public bool FromBank { get; set; }

    OrderScreen Screen => _order.Status switch
    {
        OrderStatuses.Paid => _paidBefore ? OrderScreen.AlreadyPaid : OrderScreen.Paid,
        OrderStatuses.PartiallyRefunded => OrderScreen.PartiallyRefunded,
        OrderStatuses.Refunded => OrderScreen.Refunded,
        OrderStatuses.Canceled => OrderScreen.Canceled,
        _ => _stage,
    };

    string ScreenName => Screen switch
    {
        OrderScreen.Pay when _problem is { Code: not BankPending } => "declined",
        OrderScreen.AlreadyPaid => "already-paid",
        OrderScreen.PartiallyRefunded => "partially-refunded",
        var screen => screen.ToString().ToLowerInvariant(),
    };

    string Heading => Screen switch
    {
        OrderScreen.Pay when _problem is { Code: not BankPending } => T["Declined.Heading"],
        OrderScreen.Canceled when Reason == Expired => T["Canceled.ExpiredHeading"],
        var screen => T[$"{screen}.Heading"],
    };

    /// <summary>Why the order was canceled: the end of a resource's name.</summary>
    string Reason => _reason ?? "Text";

    bool CanCancel => _order.Payable && Screen is OrderScreen.Pay or OrderScreen.Bank or OrderScreen.Confirming;

    string ReturnUrl => BankReturn.UrlOf(_order.Id, navigation.BaseUri);

    protected override void OnInitialized()
    {
        _order = Opened;
        _paidBefore = Opened.Status == OrderStatuses.Paid && !FromBank;
        if (Opened.Status == OrderStatuses.Canceled) _reason = ReasonOf(Opened);
        if (FromBank) _stage = OrderScreen.Confirming;
        else if (Opened.Status == OrderStatuses.PaymentFailed) _problem = new Problem(OrderStatuses.PaymentFailed);
    }

    protected override async Task OnInitializedAsync()
    {
        if (!RendererInfo.IsInteractive) return;
        _subscription = updates.Subscribe(
            _order.Id, update => _news.Writer.TryWrite(new News(update, Activity.Current?.Context ?? default)), () => _order.Version);
        circuit.Reconnected += ReadAgain;
        _ = FollowAsync();
        await ReadAsync();
        if (_order.Payable) await PrepareAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!_focusHeading) return;
        _focusHeading = false;
        await _heading.FocusAsync();
    }

    /// <summary>Brings the news of other threads into the circuit, and with them its culture, which those threads don't have.</summary>
    async Task FollowAsync()
    {
        try
        {
            await foreach (var (update, origin) in _news.Reader.ReadAllAsync(_closed.Token))
            {
                using var span = PaymentFlowTelemetry.Source.StartActivity("page update", ActivityKind.Internal, origin);
                span?.SetTag("paymentflow.order_id", update.OrderId).SetTag("paymentflow.order_version", update.Version);
                var news = update.Version > _order.Version;
                Apply(_order.With(update));
                if (news) journal.Shown(update.OrderId, update.Version);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    void ReadAgain() => InCircuit(ReadAsync);

    void InCircuit(Func<Task> work) => _ = InvokeAsync(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    });

    async Task ReadAsync()
    {
        try
        {
            if (await orders.FindAsync(_order.Id, Secret, _closed.Token) is not { } order) return;
            // No push carries the reason.
            var learned = order.Status == OrderStatuses.Canceled && _reason is null;
            if (learned) _reason = ReasonOf(order);
            Apply(order);
            if (!learned) return;
            Announce();
            StateHasChanged();
        }
        catch (ServiceUnavailableException e)
        {
            // What the page shows stays, and news still come by push.
            Log.NotRead(logger, e, _order.Id);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    async Task PrepareAsync()
    {
        var (payment, problem) = await payments.PrepareAsync(_order.Id, Secret, ReturnUrl, CancellationToken.None);
        if (problem is not null) Log.NotPrepared(logger, _order.Id, problem.Code);
        if (!_order.Payable || _paying || _canceling) return;
        switch (payment, problem?.Code)
        {
            case ({ Status: "succeeded" }, _) or (_, "already_paid"):
                Show(OrderScreen.Received);
                break;
            case (_, "order_canceled"):
                Show(OrderScreen.Canceled);
                break;
            case ({ Status: "failed" }, _) when FromBank && Waits:
                Show(OrderScreen.Pay, FailureOfWait());
                break;
            case ({ Status: "requires_action", NextAction: { } action }, _) when !FromBank && (action.RedirectUrl is not null || options.UsesStripe):
                _action = action;
                Show(OrderScreen.Bank);
                break;
            case ({ Status: "requires_action" }, _) when !FromBank:
                Show(OrderScreen.Pay, new Problem(BankPending));
                break;
        }
    }

    /// <summary>Takes over a state of the order; an old or repeated one changes nothing.</summary>
    void Apply(Order order)
    {
        if (order.Version <= _order.Version) return;
        var screen = Screen;
        _order = order;
        if (order.Status == OrderStatuses.Canceled && _reason is null) ReadAgain();
        if (Screen != screen) Announce();
        // A press of this page's own hears the reason with its answer.
        if (order.Status == OrderStatuses.PaymentFailed && !_paying && Waits) AskWhetherFailed();
        StateHasChanged();
    }

    /// <summary>For the outcome of an attempt that is in the bank's hands.</summary>
    bool Waits => _stage is OrderScreen.Confirming or OrderScreen.Bank;

    /// <summary>
    /// The push of a failure may be late and tell of an attempt before the one that the customer is at: only if the payment itself
    /// is failed now is the wait over.
    /// </summary>
    void AskWhetherFailed() => InCircuit(async () =>
    {
        var (payment, problem) = await payments.PrepareAsync(_order.Id, Secret, ReturnUrl, CancellationToken.None);
        if (_paying || _order.Status != OrderStatuses.PaymentFailed || !Waits) return;
        if (payment is not null && payment.Status != "failed" || problem?.Code is "already_paid" or "order_canceled") return;
        Show(OrderScreen.Pay, FailureOfWait());
        StateHasChanged();
    });

    Problem FailureOfWait() =>
        new(_stage == OrderScreen.Confirming && FromBank ? "payment_intent_authentication_failure" : OrderStatuses.PaymentFailed);

    async Task CancelAsync()
    {
        if (_canceling || _paying || !_order.Payable) return;
        _canceling = true;
        _cancelProblem = null;
        Problem? problem;
        try
        {
            // Not with the page's token: closing the page does not take the wish back.
            problem = limit.Allows(Client) ? await orders.CancelAsync(_order.Id, Secret, CancellationToken.None) : new Problem(Problem.RateLimited);
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
        // The push was faster.
        if (!_order.Payable) return;
        switch (problem?.Code)
        {
            case null:
                _reason = ByCustomer;
                Show(OrderScreen.Canceling);
                break;
            case "already_paid":
                _paidBefore = true;
                Show(OrderScreen.AlreadyPaid, new Problem(TooLateToCancel));
                break;
            case "confirmation_in_flight":
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

    async Task PayAsync(string paymentMethod)
    {
        // The circuit handles one event at a time, so the second click of a double click ends here.
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
        // The circuit's own activity lasts as long as the page: the click starts a trace of its own.
        Activity.Current = null;
        using var span = PaymentFlowTelemetry.Source.StartActivity("pay click");
        span?.SetTag("paymentflow.order_id", _order.Id);
        // Not with the page's token: a payment is not stopped half-way by closing the page.
        return await payments.PayAsync(_order.Id, Secret, paymentMethod, ReturnUrl, _attemptKey, CancellationToken.None);
    }

    void Take(PayAnswer answer, string paymentMethod)
    {
        Log.Answered(logger, _order.Id, answer.GetType().Name);
        // Where the outcome is open the next press is the same one again: it hears the outcome, or, should Stripe never have heard
        // of it, makes the payment after all. No push tells of the latter, for the order has not changed.
        _unanswered = answer switch
        {
            PayAnswer.Unknown or PayAnswer.Processing => paymentMethod,
            PayAnswer.NotAsked => _unanswered,
            _ => null,
        };
        if (_unanswered is null) _attemptKey = NewKey();
        // The push was faster.
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
            case PayAnswer.Refused { Problem: { Code: "already_paid" } }:
                _paidBefore = true;
                Show(OrderScreen.AlreadyPaid);
                break;
            case PayAnswer.Refused { Problem: { Code: "order_canceled" } }:
                Show(OrderScreen.Canceled);
                break;
            case PayAnswer.Refused { Problem: { Code: not "confirmation_in_flight" } problem }:
                Show(OrderScreen.Pay, problem);
                break;
            default:
                Show(OrderScreen.Confirming);
                break;
        }
    }

    /// <summary>To the bank's own page, or, where Stripe.js shows it above ours, through that.</summary>
    async Task GoToBankAsync(NextAction action)
    {
        if (action.RedirectUrl is { } url) navigation.NavigateTo(url.AbsoluteUri, forceLoad: true);
        else if (await stripe.ConfirmAsync(action.StripeClientSecret) is { } refused) Show(OrderScreen.Pay, refused);
        else Show(OrderScreen.Confirming);
    }

    Task ContinueAtBankAsync() => _paying ? Task.CompletedTask : GoToBankAsync(_action!);

    void PayAnotherWay() => Show(OrderScreen.Pay);

    void Show(OrderScreen stage, Problem? problem = null)
    {
        _stage = stage;
        _problem = problem;
        Announce();
    }

    /// <summary>Says what the page shows now, and leads the keyboard and the screen reader to its heading.</summary>
    void Announce()
    {
        _announcement = Screen == OrderScreen.Pay && _problem is not null ? $"{Heading}. {Texts.Explain(T, _problem)}" : Heading;
        _focusHeading = true;
    }

    static Emblem.Look? EmblemOf(OrderScreen screen) => screen switch
    {
        OrderScreen.Pay => null,
        OrderScreen.Confirming or OrderScreen.Received or OrderScreen.Canceling => Emblem.Look.Waiting,
        OrderScreen.Bank => Emblem.Look.Bank,
        OrderScreen.Paid => Emblem.Look.Success,
        OrderScreen.Canceled => Emblem.Look.Canceled,
        OrderScreen.AlreadyPaid => Emblem.Look.Settled,
        _ => Emblem.Look.Info,
    };

    static string NewKey() => Guid.CreateVersion7().ToString();

    public void Dispose()
    {
        _subscription?.Dispose();
        circuit.Reconnected -= ReadAgain;
        _closed.Cancel();
        _closed.Dispose();
    }

    readonly record struct News(OrderEvent Update, ActivityContext Origin);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Order {OrderId}: the press on Pay was answered {Answer}")]
        public static partial void Answered(ILogger logger, Guid orderId, string answer);

        [LoggerMessage(LogLevel.Warning, "Order {OrderId} can't be read at the moment; its page goes on by push")]
        public static partial void NotRead(ILogger logger, Exception exception, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "Order {OrderId}: whether it is canceled is not known; its page hears of it by push")]
        public static partial void CancelUnanswered(ILogger logger, Exception exception, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "The payment of order {OrderId} was not prepared, which costs it a round trip: {Code}")]
        public static partial void NotPrepared(ILogger logger, Guid orderId, string code);
    }
}
