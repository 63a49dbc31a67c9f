using System.Collections.Concurrent;
using System.Threading.Channels;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Background;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>
/// Sends the deliveries that are due: at once when this replica stored new ones (<see cref="Wake"/>), and those of retries and of other
/// replicas by looking regularly. The number of tries at once is limited, in all and for each endpoint. A try whose process dies is
/// repeated when its claim has ended, with the same id.
/// </summary>
sealed partial class WebhookWorker(
    WebhookDeliveryStore store, WebhookDeliverer deliverer, WebhookOptions options, DatabaseMigration migration, TimeProvider time,
    ILogger<WebhookWorker> logger) : BackgroundService
{
    // For the tries that are under way when the service stops.
    static readonly TimeSpan LastTriesPatience = TimeSpan.FromSeconds(3);

    readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    readonly ConcurrentDictionary<Guid, Task> _running = new();
    readonly Lock _lock = new();
    readonly Dictionary<Guid, int> _busy = [];

    /// <summary>There may be deliveries that are due.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        using CancellationTokenSource patience = new(Timeout.InfiniteTimeSpan, time);
        using var lastTries = stoppingToken.Register(() => patience.CancelAfter(LastTriesPatience));
        try
        {
            await Together.RunAsync(stoppingToken, LookAsync, token => WorkAsync(patience.Token, token));
        }
        finally
        {
            await Task.WhenAll(_running.Values);
        }
    }

    async Task LookAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(options.LookEvery, time);
        do Wake();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task WorkAsync(CancellationToken patience, CancellationToken stoppingToken)
    {
        await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await StartDueAsync(patience, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Put(e);
            }
        }
    }

    async Task StartDueAsync(CancellationToken patience, CancellationToken stoppingToken)
    {
        Dictionary<Guid, int> busy;
        lock (_lock) busy = new(_busy);
        var free = options.AtOnce - busy.Values.Sum();
        if (free <= 0) return;
        foreach (var claimed in await store.ClaimAsync(free, busy, stoppingToken))
        {
            lock (_lock) _busy[claimed.EndpointId] = _busy.GetValueOrDefault(claimed.EndpointId) + 1;
            var running = Task.Run(() => TryAsync(claimed, patience), CancellationToken.None);
            _running[claimed.Id] = running;
            _ = running.ContinueWith(
                _ => _running.TryRemove(KeyValuePair.Create(claimed.Id, running)), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    async Task TryAsync(ClaimedDelivery claimed, CancellationToken patience)
    {
        try
        {
            try
            {
                await deliverer.DeliverAsync(claimed, patience);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                // It is repeated soon, by another replica or after the restart.
                await store.ReleaseAsync(claimed, CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            // The claim ends, and the delivery is due again.
            Put(e);
        }
        finally
        {
            if (End(claimed.EndpointId)) Wake();
        }
    }

    /// <returns>Whether a limit was reached, so that more deliveries may be due.</returns>
    bool End(Guid endpointId)
    {
        lock (_lock)
        {
            var (tries, all) = (_busy[endpointId], _busy.Values.Sum());
            if (tries == 1) _busy.Remove(endpointId);
            else _busy[endpointId] = tries - 1;
            return tries >= options.PerEndpoint || all >= options.AtOnce;
        }
    }

    void Put(Exception exception)
    {
        if (DatabaseFailure.IsAway(exception))
        {
            Log.DatabaseAway(logger, exception.Message);
            return;
        }
        BackgroundFailures.Count("webhooks");
        Log.Failed(logger, exception);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Webhooks wait for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Sending a webhook failed because of a fault of ours, retrying later")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
