using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Messaging.Push;

/// <summary>
/// The end-to-end check of the screens. It compares the versions that this instance's watchers have seen with the current state, in
/// one call, and passes newer states to the watchers. So a screen whose update was lost is wrong for little longer than
/// <see cref="WatchedOrdersOptions.Every"/>.
/// </summary>
public sealed partial class WatchedOrdersReconciler(
    OrderUpdateHub updates, IOrderStateReader orders, IOptions<WatchedOrdersOptions> options, TimeProvider time,
    ILogger<WatchedOrdersReconciler> logger)
    : BackgroundService
{
    const int BatchSize = 1_000;
    // Jitter: all instances see a broker failure at the same time.
    static readonly TimeSpan LongestHesitation = TimeSpan.FromSeconds(1);
    // Minimum interval between two sweeps.
    static readonly TimeSpan MinPause = TimeSpan.FromSeconds(2);

    static readonly Counter<long> Repaired = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.screens.behind", "{order}", "Watched orders that the screen sweep found newer than what was pushed");

    readonly Channel<byte> _asked = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Requests an early sweep, because an update may have been missed. Returns at once; may be called on any thread.
    /// </summary>
    public void Ask() => _asked.Writer.TryWrite(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (await AskedAsync(stoppingToken)) await Task.Delay(LongestHesitation * Random.Shared.NextDouble(), time, stoppingToken);
            await SweepAsync(stoppingToken);
            await Task.Delay(MinPause < options.Value.Every ? MinPause : options.Value.Every, time, stoppingToken);
        }
    }

    /// <returns>True when an early sweep was requested before the next regular one.</returns>
    async Task<bool> AskedAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource turn = new(options.Value.Every, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(turn.Token, stoppingToken);
        try
        {
            await _asked.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }

    async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var seen in updates.Watched().Chunk(BatchSize))
            {
                var newer = await orders.NewerAsync(new Dictionary<Guid, long>(seen), stoppingToken);
                if (newer.Count == 0) continue;
                Log.Behind(logger, newer.Count);
                Repaired.Add(newer.Count);
                foreach (var order in newer) updates.Publish(order);
            }
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // Whatever failed, the next sweep tries again. The screens stay as they were.
            Log.Failed(logger, e);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The screens of {Count} orders were behind")]
        public static partial void Behind(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Could not compare the screens with the orders; the next sweep tries again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
