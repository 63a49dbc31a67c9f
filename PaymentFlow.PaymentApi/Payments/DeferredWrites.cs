using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Retries writes that failed because Postgres went down after a payment was claimed, so that no payment stays claimed without an
/// owner. Each write is retried on its own schedule, so none waits for another. When the host stops, the writes that wait are tried once
/// more. In memory only, and at most <see cref="MaxWaiting"/>: after a crash, webhooks and the reconciliation do the same.
/// </summary>
public sealed partial class DeferredWrites(TimeProvider time, ILogger<DeferredWrites> logger) : IHostedService, IDisposable
{
    /// <summary>Several times the number of requests that are in progress at once. A write beyond is dropped and logged.</summary>
    public const int MaxWaiting = 1_000;

    // Leaves most of the connections to requests.
    const int Parallelism = 4;
    static readonly Backoff Retry = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(10));
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan StopRetry = TimeSpan.FromMilliseconds(200);

    readonly Lock _lock = new();
    readonly List<Task<bool>> _writes = [];
    readonly SemaphoreSlim _turns = new(Parallelism);
    readonly CancellationTokenSource _stopping = new();
    readonly CancellationTokenSource _end = new(Timeout.InfiniteTimeSpan, time);

    /// <param name="write">Must be harmless when it is repeated or late.</param>
    public void Add(Func<CancellationToken, Task> write)
    {
        lock (_lock)
        {
            _writes.RemoveAll(other => other.IsCompleted);
            if (_writes.Count < MaxWaiting)
            {
                _writes.Add(WriteAsync(write));
                return;
            }
        }
        BackgroundFailures.Count("deferred-writes");
        Log.Full(logger, MaxWaiting);
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The web server has stopped before, so no request adds another write.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _end.CancelAfter(StopPatience);
        Task<bool>[] left;
        lock (_lock) left = [.. _writes];
        var lost = (await Task.WhenAll(left)).Count(written => !written);
        if (lost > 0) Log.Lost(logger, lost);
    }

    public void Dispose()
    {
        _turns.Dispose();
        _stopping.Dispose();
        _end.Dispose();
    }

    /// <returns>False when the host stopped before Postgres was back.</returns>
    async Task<bool> WriteAsync(Func<CancellationToken, Task> write)
    {
        try
        {
            for (var failures = 0; ; failures++)
            {
                await Task.Delay(Retry.After(failures), time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (await TryAsync(write, failures)) return true;
                if (_stopping.IsCancellationRequested) await Task.Delay(StopRetry, time, _end.Token);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            return false;
        }
    }

    async Task<bool> TryAsync(Func<CancellationToken, Task> write, int failures)
    {
        await _turns.WaitAsync(_end.Token);
        try
        {
            await write(_end.Token);
            return true;
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            if (failures == 0) Log.Waiting(logger, e.Message);
            return false;
        }
        catch (Exception e) when (!_end.IsCancellationRequested)
        {
            // A retry cannot help.
            BackgroundFailures.Count("deferred-writes");
            Log.Failed(logger, e);
            return true;
        }
        finally
        {
            _turns.Release();
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A payment's outcome waits for Postgres: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Could not store a payment's outcome; webhooks or the reconciliation must recover it")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Error,
            "{Count} payments wait for Postgres already; webhooks or the reconciliation must recover another one's outcome")]
        public static partial void Full(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning,
            "Stopping although {Count} payments wait for Postgres; webhooks or the reconciliation must recover their outcomes")]
        public static partial void Lost(ILogger logger, int count);
    }
}
