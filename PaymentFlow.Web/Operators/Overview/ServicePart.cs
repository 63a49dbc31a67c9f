using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Overview;

/// <summary>Shows one service's work and refreshes it while the page is open, independently of the other service.</summary>
public abstract class ServicePart<T> : OperatorCircuit where T : class
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    // A service that needs longer is shown as not answering.
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    [Inject]
    internal OperatorClient Operators { get; set; } = null!;

    [Inject]
    internal IStringLocalizer<OverviewTexts> Texts { get; set; } = null!;

    /// <summary>The latest statistics. Null before the first response. Kept while the service is unavailable.</summary>
    protected T? Latest { get; private set; }

    /// <summary>Why the last refresh failed; null if it succeeded.</summary>
    protected string? Error { get; private set; }

    /// <summary>The service's name.</summary>
    protected abstract string Name { get; }

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
            Error = Texts["Away", Name];
        }
        catch (OperationCanceledException) when (!open.IsCancellationRequested)
        {
            Error = Texts["Slow", Name];
        }
    }
}
