using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Components;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Web.Circuits;
using PaymentFlow.Web.Components;
using PaymentFlow.Web.Languages;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Shows one order live and lets its customer pay. To miss no change, it first subscribes to pushes, then reads the order once, and ignores
/// versions that are not newer. It reads again only when the browser has reconnected, or to learn why the order was canceled.
/// </summary>
public sealed partial class LiveOrder(
    OrderClient orders, PaymentClient payments, OrderUpdateHub updates, NavigationManager navigation, StripeJs stripe, PayLimit limit,
    PaymentOptions options, CircuitWatch circuit, PushReceiptWriter journal, ILogger<LiveOrder> logger) : IDisposable
{
    readonly CancellationTokenSource _closed = new();
    // Can be unbounded, because one order has few changes.
    readonly Channel<News> _news = Channel.CreateUnbounded<News>(new() { SingleReader = true });

    Order _order = null!;
    OrderScreen _stage;
    Problem? _problem;
    string _announcement = "";
    bool _paidBefore;
    bool _focusHeading;
    IDisposable? _subscription;
    ElementReference _heading;

    /// <summary>The order when the page was rendered.</summary>
    [Parameter, EditorRequired]
    public Order Opened { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Secret { get; set; } = "";

    /// <summary>The client's address, for the rate limit.</summary>
    [Parameter, EditorRequired]
    public string Client { get; set; } = "";

    /// <summary>The customer has just returned from the bank.</summary>
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

    /// <summary>Applies pushes from other threads in the circuit's context, so that they use the circuit's culture.</summary>
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
            // Pushes do not contain the reason for a cancellation.
            var learned = order.Status == OrderStatuses.Canceled && _reason is null;
            if (learned) _reason = ReasonOf(order);
            Apply(order);
            if (!learned) return;
            Announce();
            StateHasChanged();
        }
        catch (ServiceUnavailableException e)
        {
            // The page keeps its state and still receives pushes.
            Log.NotRead(logger, e, _order.Id);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    /// <summary>Applies a state of the order. An old or repeated version changes nothing.</summary>
    void Apply(Order order)
    {
        if (order.Version <= _order.Version) return;
        var screen = Screen;
        _order = order;
        if (order.Status == OrderStatuses.Canceled && _reason is null) ReadAgain();
        if (Screen != screen) Announce();
        // If this page submitted the payment, the response carries the reason.
        if (order.Status == OrderStatuses.PaymentFailed && !_paying && Waits) AskWhetherFailed();
        StateHasChanged();
    }

    void Show(OrderScreen stage, Problem? problem = null)
    {
        _stage = stage;
        _problem = problem;
        Announce();
    }

    /// <summary>Announces the new screen to screen readers and moves the focus to its heading.</summary>
    void Announce()
    {
        _announcement = Screen == OrderScreen.Pay && _problem is not null ? $"{Heading}. {Texts.Explain(T, _problem)}" : Heading;
        _focusHeading = true;
    }

    static StatusIcon.Icon? IconOf(OrderScreen screen) => screen switch
    {
        OrderScreen.Pay => null,
        OrderScreen.Confirming or OrderScreen.Received or OrderScreen.Canceling => StatusIcon.Icon.Waiting,
        OrderScreen.Bank => StatusIcon.Icon.Bank,
        OrderScreen.Paid => StatusIcon.Icon.Success,
        OrderScreen.Canceled => StatusIcon.Icon.Canceled,
        OrderScreen.AlreadyPaid => StatusIcon.Icon.Settled,
        _ => StatusIcon.Icon.Info,
    };

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
        [LoggerMessage(LogLevel.Information, "Order {OrderId}: the payment request was answered with {Answer}")]
        public static partial void Answered(ILogger logger, Guid orderId, string answer);

        [LoggerMessage(LogLevel.Warning, "Could not read order {OrderId}; its page still receives pushes")]
        public static partial void NotRead(ILogger logger, Exception exception, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "Order {OrderId}: no answer to the cancellation; its page gets the outcome by push")]
        public static partial void CancelUnanswered(ILogger logger, Exception exception, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "Could not prepare the payment of order {OrderId}, so paying needs one more round trip: {Code}")]
        public static partial void NotPrepared(ILogger logger, Guid orderId, string code);
    }
}
