using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// What of the console lives in a circuit: its work begins when the browser is there, and ends with the page, or with the operator's
/// session, which a circuit would otherwise outlive.
/// </summary>
public abstract class OperatorCircuit : ComponentBase, IDisposable
{
    CancellationTokenSource? _open;
    bool _disposed;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>When the session ends; null for not before the page does.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset? Until { get; set; }

    /// <summary>The session has ended, and nothing new comes.</summary>
    protected bool Over { get; private set; }

    /// <summary>In the circuit's own context.</summary>
    /// <param name="open">Ends it.</param>
    protected abstract Task RunAsync(CancellationToken open);

    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive) return;
        var left = Until - Time.GetUtcNow();
        _open = left is { } time ? new CancellationTokenSource(time > TimeSpan.Zero ? time : TimeSpan.Zero, Time) : new CancellationTokenSource();
        _ = FollowAsync(_open.Token);
    }

    async Task FollowAsync(CancellationToken open)
    {
        try
        {
            await RunAsync(open);
        }
        catch (OperationCanceledException) when (open.IsCancellationRequested)
        {
            if (_disposed) return;
            Over = true;
            StateHasChanged();
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _disposed = true;
        _open?.Cancel();
        _open?.Dispose();
    }
}

static class OperatorSession
{
    /// <summary>When the cookie that this request came with expires.</summary>
    public static DateTimeOffset? SessionEnd(this HttpContext context) =>
        context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
}
