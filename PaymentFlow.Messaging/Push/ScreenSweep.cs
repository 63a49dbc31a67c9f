using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Messaging.Push;

/// <summary>
/// The end-to-end check towards the screens: compares what this instance's watchers have seen with what is true, in one call, and
/// tells them what is newer. So a screen whose update was lost on the way is wrong for no longer than <see cref="ScreenOptions.Every"/>.
/// </summary>
public sealed partial class ScreenSweep(
    OrderUpdates updates, IOrderStates orders, IOptions<ScreenOptions> options, TimeProvider time, ILogger<ScreenSweep> logger)
    : BackgroundService
{
    const int BatchSize = 1_000;
    // Every instance hears of a broker's end at the same moment; none of them needs to ask at that very moment.
    static readonly TimeSpan LongestHesitation = TimeSpan.FromSeconds(1);
    // However many errors there are.
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    static readonly Counter<long> Repaired = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.screens.behind", "{order}", "Watched orders that the screen sweep found newer than what was pushed");

    readonly Channel<byte> _asked = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something may have been missed: look soon, not only at the next turn. Returns at once, on any thread.</summary>
    public void Ask() => _asked.Writer.TryWrite(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (await AskedAsync(stoppingToken)) await Task.Delay(LongestHesitation * Random.Shared.NextDouble(), time, stoppingToken);
            await SweepAsync(stoppingToken);
            await Task.Delay(Rest < options.Value.Every ? Rest : options.Value.Every, time, stoppingToken);
        }
    }

    /// <returns>True when somebody asked before the next turn came.</returns>
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
            // Whatever it is, the next turn may go better, and no screen is worse off than before.
            Log.Failed(logger, e);
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The screens of {Count} orders were behind")]
        public static partial void Behind(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "The screens could not be compared with the orders this time")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
