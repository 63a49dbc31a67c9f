using Microsoft.AspNetCore.Components;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Figures;

/// <summary>Shows one service's figures and refreshes them while the page is open, independently of the other service.</summary>
public abstract class FiguresPart<T> : OperatorCircuit where T : class
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    // A service that needs longer is shown as not answering.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    [Inject]
    internal OperatorClient Operators { get; set; } = null!;

    /// <summary>The latest figures. Null before the first response. Kept while the service is unavailable.</summary>
    protected T? Newest { get; private set; }

    /// <summary>Why the last refresh failed; null if it succeeded.</summary>
    protected string? Away { get; private set; }

    /// <exception cref="ServiceUnavailableException">The service can't answer now.</exception>
    protected abstract Task<T> ReadAsync(CancellationToken cancellationToken);

    protected override async Task RunAsync(CancellationToken open)
    {
        using PeriodicTimer timer = new(Every, Time);
        do
        {
            await RefreshAsync(open);
            StateHasChanged();
        }
        while (await timer.WaitForNextTickAsync(open));
    }

    async Task RefreshAsync(CancellationToken open)
    {
        using CancellationTokenSource patience = new(Patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, open);
        try
        {
            Newest = await ReadAsync(either.Token);
            Away = null;
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            Away = "is unavailable.";
        }
        catch (OperationCanceledException) when (!open.IsCancellationRequested)
        {
            Away = "does not answer.";
        }
    }
}
