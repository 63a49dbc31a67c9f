using System.Threading.Channels;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Retries writes that failed because Postgres went down after a payment was claimed, so that no payment stays claimed without an
/// owner. In memory only; after a crash, webhooks and the reconciliation do the same.
/// </summary>
public sealed partial class DeferredWrites(TimeProvider time, ILogger<DeferredWrites> logger) : BackgroundService
{
    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // Bounded in practice: at most one entry per payment in flight when Postgres went down. Later payments cannot be claimed.
    readonly Channel<Func<CancellationToken, Task>> _writes = Channel.CreateUnbounded<Func<CancellationToken, Task>>();

    /// <param name="write">Must be harmless when it is repeated or late.</param>
    public void Add(Func<CancellationToken, Task> write) => _writes.Writer.TryWrite(write);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var write in _writes.Reader.ReadAllAsync(stoppingToken))
            while (!await TryAsync(write, stoppingToken)) await Task.Delay(RetryDelay, time, stoppingToken);
    }

    async Task<bool> TryAsync(Func<CancellationToken, Task> write, CancellationToken stoppingToken)
    {
        try
        {
            await write(stoppingToken);
            return true;
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.Waiting(logger, _writes.Reader.Count + 1, e.Message);
            return false;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // One failing write must not block the others.
            BackgroundFailures.Count("deferred-writes");
            Log.Failed(logger, e);
            return true;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} payments wait for Postgres: {Reason}")]
        public static partial void Waiting(ILogger logger, int count, string reason);

        [LoggerMessage(LogLevel.Error, "Could not store a payment's outcome; webhooks or the reconciliation must recover it")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
