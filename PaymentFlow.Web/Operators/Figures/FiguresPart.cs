using Microsoft.AspNetCore.Components;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Figures;

/// <summary>One service's figures, asked for again and again while the page is open, whatever the other service does.</summary>
public abstract class FiguresPart<T> : OperatorCircuit where T : class
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    // Whoever needs longer is as good as away.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    [Inject]
    internal OperatorClient Operators { get; set; } = null!;

    /// <summary>Null before the first; those of before stay when the service is away.</summary>
    protected T? Newest { get; private set; }

    /// <summary>Why there is nothing newer.</summary>
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
            Away = "It is away.";
        }
        catch (OperationCanceledException) when (!open.IsCancellationRequested)
        {
            Away = "It does not answer.";
        }
    }
}
