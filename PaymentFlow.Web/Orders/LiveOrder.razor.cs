using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Components;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Web.Branding;
using PaymentFlow.Web.Circuits;
using PaymentFlow.Web.Components;
using PaymentFlow.Web.Languages;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Shows one order live and lets its customer pay. To miss no change, it first subscribes to pushes, then reads the order once, and ignores
/// versions that are not newer. It reads again only when the browser has reconnected, or to learn why the order was canceled. What it shows
/// is <see cref="OrderPageState"/>. This class makes the calls (<c>LiveOrder.Effects.cs</c>) and renders.
/// </summary>
public sealed partial class LiveOrder(
    OrderClient orders, PaymentClient payments, OrderUpdateHub updates, NavigationManager navigation, StripeJs stripe, PayLimit limit,
    PaymentOptions options, CheckoutOptions checkout, CircuitWatch circuit, PushReceiptWriter journal, TimeProvider time,
    ILogger<LiveOrder> logger) : IDisposable
{
    readonly CancellationTokenSource _closed = new();
    // Can be unbounded, because one order has few changes.
    readonly Channel<News> _news = Channel.CreateUnbounded<News>(new() { SingleReader = true });

    OrderPageState _page = null!;
    int _focused;
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

    Order Order => _page.Order;

    string ScreenName => _page.Screen switch
    {
        OrderScreen.Pay when _page.IsDeclined => "declined",
        OrderScreen.AlreadyPaid => "already-paid",
        OrderScreen.PartiallyRefunded => "partially-refunded",
        var screen => screen.ToString().ToLowerInvariant(),
    };

    string Heading => _page.Screen switch
    {
        OrderScreen.Pay when _page.IsDeclined => T["Declined.Heading"],
        OrderScreen.Canceled when _page.CanceledBecause == CancelCause.Expired => T["Canceled.ExpiredHeading"],
        var screen => T[$"{screen}.Heading"],
    };

    /// <summary>The text that screen readers read out. Empty until the screen changes.</summary>
    string Announcement => _page switch
    {
        { Announcements: 0 } => "",
        { Screen: OrderScreen.Pay, Problem: { } problem } => $"{Heading}. {Texts.Explain(T, problem)}",
        // Without the seconds that are left, because it would be read out every second.
        { LeavesIn: not null } => $"{Heading}. {T["Paid.LeavesSoon", _page.LeaveAfter]}",
        { Screen: OrderScreen.Paid, Stays: true } => T["Paid.Stays"],
        _ => Heading,
    };

    protected override void OnInitialized() =>
        _page = OrderPageState.Open(Opened, FromBank, leaveAfter: (int)checkout.ReturnAfter.TotalSeconds);

    protected override async Task OnInitializedAsync()
    {
        if (!RendererInfo.IsInteractive) return;
        _subscription = updates.Subscribe(
            Order.Id, update => _news.Writer.TryWrite(new News(update, Activity.Current?.Context ?? default)), () => Order.Version);
        circuit.Reconnected += ReadAgain;
        _ = FollowAsync();
        Happened(new OrderPageEvent.Opened());
        await ReadAsync();
        if (Order.Payable) await PrepareAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_focused == _page.Announcements) return;
        _focused = _page.Announcements;
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
                var news = update.Version > Order.Version;
                Happened(new OrderPageEvent.Pushed(update));
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

    /// <summary>Makes the next state, shows it, and starts what has to be done. Runs in the circuit's context.</summary>
    void Happened(OrderPageEvent happened)
    {
        (_page, var effect) = OrderPageReducer.Reduce(_page, happened);
        StateHasChanged();
        if (effect is not null) InCircuit(() => RunAsync(effect));
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
}
