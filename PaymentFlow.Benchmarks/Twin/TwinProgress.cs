namespace PaymentFlow.Benchmarks.Twin;

/// <summary>When the twin consumed and applied a batch, by its own clock.</summary>
sealed record TwinProgress(DateTimeOffset FirstConsumed, DateTimeOffset LastApplied)
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until the twin has applied <paramref name="count"/> events.</summary>
    /// <exception cref="OperationCanceledException">The twin did not apply them within <paramref name="patience"/>.</exception>
    public static async Task<TwinProgress> WhenAppliedAsync(TwinTarget twin, long count, TimeSpan patience)
    {
        using CancellationTokenSource waiting = new(patience);
        TwinFigures figures;
        while ((figures = await twin.FiguresAsync()).Applied < count) await Task.Delay(PollInterval, waiting.Token);
        return new TwinProgress(
            new DateTimeOffset(figures.FirstConsumed, TimeSpan.Zero), new DateTimeOffset(figures.LastApplied, TimeSpan.Zero));
    }
}
