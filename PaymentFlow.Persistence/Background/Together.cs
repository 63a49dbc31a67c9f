namespace PaymentFlow.Persistence.Background;

public static class Together
{
    /// <summary>
    /// Runs endless tasks at the same time. When one of them ends, the others are canceled and awaited, so that none is left running
    /// without an observer. Throws what the first failed task threw.
    /// </summary>
    public static async Task RunAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>[] tasks)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [.. tasks.Select(task => task(end.Token))];
        await Task.WhenAny(running);
        await end.CancelAsync();
        await Task.WhenAll(running);
    }
}
