using Microsoft.AspNetCore.Components;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Statistics;

/// <summary>Shows one service's statistics and refreshes them while the page is open, independently of the other service.</summary>
public abstract class StatisticsPart<T> : OperatorCircuit where T : class
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    // A service that needs longer is shown as not answering.
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    [Inject]
    internal OperatorClient Operators { get; set; } = null!;

    /// <summary>The latest statistics. Null before the first response. Kept while the service is unavailable.</summary>
    protected T? Latest { get; private set; }

    /// <summary>Why the last refresh failed; null if it succeeded.</summary>
    protected string? Error { get; private set; }

    /// <exception cref="ServiceUnavailableException">The service can't answer now.</exception>
    protected abstract Task<T> ReadAsync(CancellationToken cancellationToken);

    protected override async Task RunAsync(CancellationToken open)
    {
        using PeriodicTimer timer = new(Interval, Time);
        do
        {
            await RefreshAsync(open);
            StateHasChanged();
        }
        while (await timer.WaitForNextTickAsync(open));
    }

    async Task RefreshAsync(CancellationToken open)
    {
        using CancellationTokenSource patience = new(Timeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, open);
        try
        {
            Latest = await ReadAsync(either.Token);
            Error = null;
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            Error = "is unavailable.";
        }
        catch (OperationCanceledException) when (!open.IsCancellationRequested)
        {
            Error = "does not answer.";
        }
    }
}
