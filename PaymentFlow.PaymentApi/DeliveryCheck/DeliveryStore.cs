using System.Text.Json;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Leases;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>
/// The delivery check's access to the outbox, and the one row of <c>delivery_sweep</c> by which its replicas share the rate. Every time is
/// Postgres'. See docs/decisions/0012-clocks-and-leases.md.
/// </summary>
public sealed class DeliveryStore(NpgsqlDataSource dataSource)
{
    /// <summary>Held by the replica that checks.</summary>
    public Lease Check { get; } = new(dataSource, "delivery-check");

    /// <summary>
    /// Reserves the next free time slot for publishing. No other replica gets the same slot, which keeps all replicas together within
    /// the rate.
    /// </summary>
    /// <returns>The time until the slot begins.</returns>
    public async Task<TimeSpan> ReservePublishSlotAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(
            "UPDATE delivery_sweep SET publish_from = greatest(publish_from, now()) + $1 RETURNING publish_from - $1 - now()")
            .With(length);
        return (TimeSpan)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Published events that are not known to be applied and have waited for <paramref name="checkAfter"/>, longest wait first.
    /// </summary>
    public async Task<IReadOnlyList<PublishedEvent>> UnappliedAsync(TimeSpan checkAfter, int limit, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            SELECT id, topic, event_id, type, source, time, key, data, traceparent, checks FROM outbox
            WHERE topic = 'payments' AND published_at IS NOT NULL AND applied_at IS NULL
                AND coalesce(wait_from, published_at) <= now() - $1
            ORDER BY coalesce(wait_from, published_at) LIMIT $2
            """).With(checkAfter).With(limit);
        return await command.ListAsync(row => Read(
            new OutboxEntry(row.GetInt64(0), row.GetString(1), new CloudEvent(
                row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5), row.GetString(6),
                row.GetFieldValue<byte[]>(7), row.Text(8))),
            row.GetInt16(9)), cancellationToken);
    }

    static PublishedEvent Read(OutboxEntry entry, int checks)
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Event.Data, EventJson.Default.PaymentEvent) is { } payment
                ? new PublishedEvent(entry, payment.OrderId, payment.PaymentVersion, checks)
                : PublishedEvent.Unreadable(entry, checks);
        }
        catch (JsonException)
        {
            return PublishedEvent.Unreadable(entry, checks);
        }
    }

    public async Task MarkAppliedAsync(IEnumerable<PublishedEvent> applied, CancellationToken cancellationToken)
    {
        var ids = applied.Select(item => item.Entry.Id).Order().ToArray();
        if (ids.Length == 0) return;
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand(
            "UPDATE outbox SET applied_at = now() WHERE id = ANY($1) AND applied_at IS NULL").With(ids);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Counts a check of each event and stores when its next wait begins, from now; a negative time is in the past. Notes for people which
    /// events were published again.
    /// </summary>
    /// <param name="publishedAgain">Whether the events have just been published again.</param>
    public async Task ScheduleNextCheckAsync(
        IEnumerable<(PublishedEvent Event, TimeSpan In)> waits, bool publishedAgain, CancellationToken cancellationToken)
    {
        var sorted = waits.OrderBy(wait => wait.Event.Entry.Id).ToList();
        if (sorted.Count == 0) return;
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            WITH checked AS (
                UPDATE outbox o SET checks = least(o.checks + 1, 1000), wait_from = now() + w.wait_in,
                    republished = CASE WHEN $3 THEN least(o.republished + 1, 1000) ELSE o.republished END,
                    republished_at = CASE WHEN $3 THEN now() ELSE o.republished_at END
                FROM unnest($1, $2, $4) AS w (id, wait_in, order_id) WHERE o.id = w.id AND o.applied_at IS NULL
                RETURNING o.event_id, w.order_id, o.type)
            INSERT INTO republished_events (event_id, order_id, type) SELECT event_id, order_id, type FROM checked WHERE $3
            ON CONFLICT (event_id) DO UPDATE SET times = republished_events.times + 1, last_at = now()
            """)
            .With(sorted.Select(wait => wait.Event.Entry.Id).ToArray())
            .With(sorted.Select(wait => wait.In).ToArray())
            .With(publishedAgain)
            .With(sorted.Select(wait => wait.Event.OrderId).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
