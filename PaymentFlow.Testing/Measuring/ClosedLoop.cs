using System.Diagnostics;

namespace PaymentFlow.Testing.Measuring;

/// <summary>A fixed number of workers. Each sends its next request after the answer to the last one. Measures throughput.</summary>
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

    /// <summary>The requests that ended since the previous call, or since the start.</summary>
    public Latencies TakeWindow() => Interlocked.Exchange(ref _window, new Latencies());

    /// <returns>Completes when every worker has its last answer. Fails if a worker failed.</returns>
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
