using Microsoft.AspNetCore.Components;

namespace PaymentFlow.AppHost.Embedded.Dashboard;

/// <summary>A page that shows what is now. It looks twice a second, whatever happens meanwhile, and renders only what is new.</summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource _closed = new();
    Task _looking = Task.CompletedTask;

    [Inject]
    TimeProvider Time { get; set; } = null!;

    /// <summary>Reads what the page shows; true when it is not what it showed before.</summary>
    protected abstract bool Read();

    protected override void OnParametersSet() => Read();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _looking = LookAsync();
    }

    async Task LookAsync()
    {
        try
        {
            using PeriodicTimer timer = new(Interval, Time);
            while (await timer.WaitForNextTickAsync(_closed.Token))
            {
                if (Read()) StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _looking;
        _closed.Dispose();
        GC.SuppressFinalize(this);
    }
}
