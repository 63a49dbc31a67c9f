namespace PaymentFlow.Tests.Fixtures;

/// <summary>Waits for a condition. The timeout only ends tests that would never end.</summary>
public static class Eventually
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Timeout);
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
            if (!await timer.WaitForNextTickAsync(timeout.Token)) return;
    }
}
