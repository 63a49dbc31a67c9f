using System.Diagnostics.Metrics;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Leases;
using PaymentFlow.Persistence.Migrations;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>
/// Compares the outbox with the deliveries, and adds what is missing: a replica may die before <see cref="WebhookFeed"/> has stored the
/// deliveries of an event. One replica at a time does it. It also refreshes the gauges.
/// </summary>
sealed partial class WebhookSweep(
    NpgsqlDataSource dataSource, WebhookDeliveryStore store, WebhookWorker worker, WebhookMetrics metrics, WebhookOptions options,
    DatabaseMigration migration, IMeterFactory meters, TimeProvider time, ILogger<WebhookSweep> logger) : BackgroundService
{
    const int Page = 500;
    static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    static readonly Counter<long> Missed = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.webhooks.missed", "{delivery}", "Deliveries that the sweep added, because they were not stored with their event");

    readonly Lease _lease = new(dataSource, "webhooks");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        metrics.AddGauges(meters);
        using PeriodicTimer timer = new(options.SweepAfter / 2, time);
        do
        {
            try
            {
                await metrics.RefreshAsync(stoppingToken);
                while (await _lease.TryTakeAsync(LeaseTime, stoppingToken) && await SweepAsync(stoppingToken)) continue;
            }
            catch (Exception e) when (DatabaseFailure.IsAway(e))
            {
                Log.DatabaseAway(logger, e.Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                BackgroundFailures.Count("webhooks");
                Log.Failed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>
    /// Looks at the next part of the outbox, by its primary key. Stops at the first row that is younger than
    /// <see cref="WebhookOptions.SweepAfter"/>: its deliveries may still be in hand, and an earlier row may not be committed yet.
    /// </summary>
    /// <returns>Whether there may be more.</returns>
    async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var read = dataSource.CreateCommand($"""
            SELECT o.id, o.created_at <= now() - $1, m.missing, o.event_id, o.type, o.time, o.key, o.traceparent,
                CASE WHEN m.missing THEN o.data END
            FROM (SELECT * FROM outbox WHERE id > (SELECT swept_to FROM webhook_sweep) ORDER BY id LIMIT {Page}) o
            CROSS JOIN LATERAL (SELECT o.topic = '{Topics.Orders}' AND EXISTS (
                SELECT FROM webhook_endpoints e
                WHERE e.created_at <= o.time AND e.types && ARRAY[o.type, '{WebhookTypes.All}'] AND NOT EXISTS (
                    SELECT FROM webhook_deliveries d WHERE d.event_id = o.event_id AND d.endpoint_id = e.id)) AS missing) m
            ORDER BY o.id
            """).With(options.SweepAfter);
        var rows = await read.ListAsync(row => (
            Id: row.GetInt64(0), IsSettled: row.GetBoolean(1), Missing: row.GetBoolean(2) ? Read(row) : null), cancellationToken);
        var settled = rows.TakeWhile(row => row.IsSettled).ToList();
        if (settled.Count == 0) return false;

        var added = await store.AddAsync([.. settled.Select(row => row.Missing).OfType<WebhookEvent>()], cancellationToken);
        if (added > 0)
        {
            Missed.Add(added);
            Log.Added(logger, added);
            worker.Wake();
        }
        await using var move = dataSource.CreateCommand("UPDATE webhook_sweep SET swept_to = $1 WHERE swept_to < $1").With(settled[^1].Id);
        await move.ExecuteNonQueryAsync(cancellationToken);
        return settled.Count == Page;
    }

    static WebhookEvent Read(NpgsqlDataReader row) => new(
        row.GetGuid(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5),
        Guid.TryParse(row.GetString(6), out var orderId) ? orderId : null, row.GetFieldValue<byte[]>(8), row.Text(7));

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Added {Count} webhook deliveries that were not stored when their events were committed")]
        public static partial void Added(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Webhooks wait for Postgres: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Looking for webhooks that are missing failed, retrying later")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
