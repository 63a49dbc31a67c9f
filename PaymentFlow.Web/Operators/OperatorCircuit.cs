using Microsoft.AspNetCore.Components;
using PaymentFlow.Web.Operators.SignIn;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// A component of the console that runs in a circuit. Its work starts when the circuit is connected. It ends with the page or with the
/// operator's session, because a circuit can outlive the session.
/// </summary>
public abstract class OperatorCircuit : ComponentBase, IDisposable
{
    CancellationTokenSource? _open;
    bool _disposed;

    [Inject]
    internal OperatorSessions Sessions { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The id of the operator's session, from <see cref="OperatorSession.SessionId"/>.</summary>
    [Parameter, EditorRequired]
    public string? Session { get; set; }

    /// <summary>True when the session has ended and the component is no longer updated.</summary>
    protected bool Over { get; private set; }

    /// <summary>The component's work, which runs in the circuit's synchronization context.</summary>
    /// <param name="open">Canceled when the page or the session ends.</param>
    protected abstract Task RunAsync(CancellationToken open);

    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive) return;
        _open = CancellationTokenSource.CreateLinkedTokenSource(Sessions.EndOf(Session));
        _ = FollowAsync(_open.Token);
    }

    async Task FollowAsync(CancellationToken open)
    {
        try
        {
            open.ThrowIfCancellationRequested();
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
