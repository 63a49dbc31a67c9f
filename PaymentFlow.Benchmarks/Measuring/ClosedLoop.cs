using System.Diagnostics;

namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>A number of workers of whom each sends its next request when it has the answer to the last: how much goes through.</summary>
sealed class ClosedLoop
{
    readonly List<Task> _workers = [];
    volatile Latencies _window = new();
    volatile bool _stopping;

    ClosedLoop()
    {
    }

    public static ClosedLoop Start(int concurrency, Func<Task> once)
    {
        ClosedLoop loop = new();
        for (var i = 0; i < concurrency; i++) loop._workers.Add(Task.Run(() => loop.WorkAsync(once)));
        return loop;
    }

    /// <summary>The requests that ended since the last call of this, or since the start.</summary>
    public Latencies TakeWindow() => Interlocked.Exchange(ref _window, new Latencies());

    /// <returns>When every worker has its last answer. One that failed fails it.</returns>
    public Task StopAsync()
    {
        _stopping = true;
        return Task.WhenAll(_workers);
    }

    async Task WorkAsync(Func<Task> once)
    {
        while (!_stopping)
        {
            var started = Stopwatch.GetTimestamp();
            await once();
            _window.Record(Stopwatch.GetElapsedTime(started));
        }
    }
}
