using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Payments;

/// <summary>
/// The rows of the payments page. Orders that change tell which rows to read again, and a sweep reads all of them, because events can be
/// lost and some changes, such as a started attempt, have none. Rows change in place. New ones are inserted while nobody reads the table,
/// and announced by a button otherwise.
/// </summary>
public sealed partial class PaymentTable : OperatorCircuit, IAsyncDisposable
{
    // At most one reading per second, for any number of changes.
    static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    readonly ChangedOrders _changed = new();
    ShownPayments _shown = new([], IsComplete: true);
    ElementReference _element;
    IJSObjectReference? _module;
    DotNetObjectReference<PaymentTable>? _self;
    long _added;
    bool _away;
    bool _isGone;

    // Until the browser has told, somebody may read.
    bool _isRead = true;

    [Inject]
    internal PaymentListClient Payments { get; set; } = null!;

    [Inject]
    internal OrderUpdateHub Updates { get; set; } = null!;

    [Inject]
    internal IJSRuntime Js { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentQuery Query { get; set; } = null!;

    /// <summary>The page that was read with the request.</summary>
    [Parameter, EditorRequired]
    public PaymentPage Page { get; set; } = null!;

    /// <summary>Whether new payments belong on this page. The result of a search stays as it is.</summary>
    bool ShowsNewest => Query is { After: null, Search: null };

    string Count => Page.Total is { } total
        ? L[Page.TotalIsEstimate == true ? "Count.About" : "Count.Exact", (total + _added).ToString("N0", CultureInfo.CurrentCulture)]
        : L["Count.Page"];

    protected override void OnInitialized()
    {
        _shown = new ShownPayments(Page.Payments, Page.Next is null);
        base.OnInitialized();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        try
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "/Operators/Payments/PaymentTable.razor.js");
            // The reader may have gone to another page meanwhile.
            if (_isGone) return;
            _self = DotNetObjectReference.Create(this);
            await _module.InvokeVoidAsync("watch", _element, _self);
        }
        catch (JSDisconnectedException)
        {
            // The browser has left already.
        }
    }

    /// <summary>
    /// The browser tells whether somebody reads the table: whether its top is out of sight, or the pointer or the focus in it.
    /// </summary>
    [JSInvokable]
    public void SetRead(bool isRead)
    {
        _isRead = isRead;
        if (!isRead && !Over) ShowWaiting();
    }

    protected override async Task RunAsync(CancellationToken open)
    {
        using var subscription = Updates.SubscribeToAll(update => _changed.Offer(update.OrderId));
        Watch();
        // The page was read before the subscription, so the first reading is of all rows.
        for (var swept = 0L; ;)
        {
            var isSweep = swept == 0 || Time.GetElapsedTime(swept) >= SweepInterval;
            if (isSweep) swept = Time.GetTimestamp();
            await ReadAsync(isSweep, open);
            StateHasChanged();
            await Task.Delay(ReadInterval, Time, open);
            await WaitAsync(SweepInterval - Time.GetElapsedTime(swept), open);
        }
    }

    /// <summary>Waits for a change, or until the next sweep is due.</summary>
    async Task WaitAsync(TimeSpan longest, CancellationToken open)
    {
        using CancellationTokenSource due = new(longest > TimeSpan.Zero ? longest : TimeSpan.Zero, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, open);
        try
        {
            await _changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!open.IsCancellationRequested)
        {
            // The sweep is due.
        }
    }

    async Task ReadAsync(bool all, CancellationToken open)
    {
        var (shown, others) = _changed.Take();
        if (all) shown = [.. _shown.Rows.Select(payment => payment.OrderId)];
        try
        {
            // Without the filters: a row that no longer matches them stays where it is.
            _shown = _shown.With(await Payments.OfOrdersAsync(new PaymentQuery(), shown, open));
            if (ShowsNewest)
            {
                _shown = all
                    ? _shown.OfferedPage(await Payments.PageAsync(Query, null, open))
                    : _shown.Offered(await Payments.OfOrdersAsync(Query, others, open));
            }
            _away = false;
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it. The next sweep reads what was missed.
            _away = true;
        }
        if (!_isRead) ShowWaiting();
        Watch();
    }

    void ShowWaiting()
    {
        if (Page.TotalIsEstimate == false) _added += _shown.Waiting.Count;
        _shown = _shown.WithWaiting();
        Watch();
        StateHasChanged();
    }

    void Watch() => _changed.Watch(_shown.Rows.Concat(_shown.Waiting).Select(payment => payment.OrderId).ToHashSet());

    public async ValueTask DisposeAsync()
    {
        Dispose();
        _isGone = true;
        _self?.Dispose();
        try
        {
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has left; nothing is to be disposed of there.
        }
    }
}
