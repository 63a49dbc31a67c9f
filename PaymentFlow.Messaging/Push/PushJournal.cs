using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Messaging.Push;

/// <summary>A change of an order that was shown on screens.</summary>
/// <param name="Screens">On how many.</param>
public sealed record PushRecord(Guid OrderId, long Version, int Screens, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Where such records are kept.</summary>
public interface IPushRecords
{
    Task AddAsync(IReadOnlyList<PushRecord> records, CancellationToken cancellationToken);
}

/// <summary>
/// Remembers which changes reached screens, for the journey of an order. It never holds up a push: what it can't keep (its queue is
/// full, its store is away) is dropped, for nothing rests on it.
/// </summary>
public sealed partial class PushJournal(IPushRecords records, TimeProvider time, ILogger<PushJournal> logger) : BackgroundService
{
    const int QueueLength = 10_000;
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    readonly Channel<(Guid OrderId, long Version, DateTimeOffset At)> _shown =
        Channel.CreateBounded<(Guid, long, DateTimeOffset)>(new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>A screen shows this version now. Returns at once, on any thread.</summary>
    public void Shown(Guid orderId, long version) => _shown.Writer.TryWrite((orderId, version, time.GetUtcNow()));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _shown.Reader.WaitToReadAsync(stoppingToken))
            {
                // A little later there are more of them, which are one row then.
                await Task.Delay(Every, time, stoppingToken);
                await KeepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; the last half second of it is not remembered.
        }
    }

    async Task KeepAsync(CancellationToken stoppingToken)
    {
        List<(Guid OrderId, long Version, DateTimeOffset At)> shown = [];
        while (shown.Count < QueueLength && _shown.Reader.TryRead(out var one)) shown.Add(one);
        try
        {
            await records.AddAsync(
                [.. shown.GroupBy(one => (one.OrderId, one.Version)).Select(change => new PushRecord(
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
        [LoggerMessage(LogLevel.Warning, "That {Count} screens were told of something is not kept for the journeys of their orders: {Reason}")]
        public static partial void NotKept(ILogger logger, int count, string reason);
    }
}
