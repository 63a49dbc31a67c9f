using System.Threading.Channels;
using PaymentFlow.Messaging.Database;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// What could not be written because Postgres went away after the row was claimed: written as soon as it is back, so that
/// an outage leaves no order claimed by nobody. In memory only; what a crash loses is for webhooks and reconciliation.
/// </summary>
public sealed partial class LateWrites(TimeProvider time, ILogger<LateWrites> logger) : BackgroundService
{
    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // One entry a payment that was under way when Postgres went; those that come later claim nothing.
    readonly Channel<Func<CancellationToken, Task>> _writes = Channel.CreateUnbounded<Func<CancellationToken, Task>>();

    /// <param name="write">Must be harmless when it is done twice or when it comes too late.</param>
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
            // It must not keep the others from being written.
            Log.Failed(logger, e);
            return true;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} payments wait for Postgres: {Reason}")]
        public static partial void Waiting(ILogger logger, int count, string reason);

        [LoggerMessage(LogLevel.Error, "A payment's outcome could not be written; webhooks and reconciliation have to find it")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
