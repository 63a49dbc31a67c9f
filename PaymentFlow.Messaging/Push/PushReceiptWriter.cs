using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Messaging.Push;

/// <summary>A version of an order that was pushed to screens.</summary>
/// <param name="Screens">The number of screens.</param>
public sealed record PushReceipt(Guid OrderId, long Version, int Screens, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Stores push records.</summary>
public interface IPushReceiptStore
{
    Task AddAsync(IReadOnlyList<PushReceipt> records, CancellationToken cancellationToken);
}

/// <summary>
/// Records which changes reached screens, for the journey of an order. It never delays a push. When its queue is full or its store is
/// unavailable, it drops records, because nothing depends on them.
/// </summary>
public sealed partial class PushReceiptWriter(
    IPushReceiptStore records, TimeProvider time, ILogger<PushReceiptWriter> logger) : BackgroundService
{
    const int QueueLength = 10_000;
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    readonly Channel<(Guid OrderId, long Version, DateTimeOffset At)> _shown =
        Channel.CreateBounded<(Guid, long, DateTimeOffset)>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Records that a screen shows this version now. Returns at once; may be called on any thread.</summary>
    public void Shown(Guid orderId, long version) => _shown.Writer.TryWrite((orderId, version, time.GetUtcNow()));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _shown.Reader.WaitToReadAsync(stoppingToken))
            {
                // Collect for a moment, so that all screens of one change become one row.
                await Task.Delay(Interval, time, stoppingToken);
                await KeepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops. The records of the last half second are lost.
        }
    }

    async Task KeepAsync(CancellationToken stoppingToken)
    {
        List<(Guid OrderId, long Version, DateTimeOffset At)> shown = [];
        while (shown.Count < QueueLength && _shown.Reader.TryRead(out var one)) shown.Add(one);
        try
        {
            await records.AddAsync(
                [.. shown.GroupBy(one => (one.OrderId, one.Version)).Select(change => new PushReceipt(
                    change.Key.OrderId, change.Key.Version, change.Count(), change.Min(one => one.At), change.Max(one => one.At)))],
                stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            Log.NotKept(logger, shown.Count, e.Message);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not store {Count} push receipts: {Reason}")]
        public static partial void NotKept(ILogger logger, int count, string reason);
    }
}
