using System.Diagnostics.Metrics;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>The metrics of webhooks. No label names an endpoint, so their number does not grow.</summary>
sealed class WebhookMetrics(NpgsqlDataSource dataSource)
{
    static readonly Histogram<double> Duration = PaymentFlowTelemetry.Meter.CreateHistogram<double>(
        "paymentflow.webhooks.duration", "s", "Time from a try to its answer, by outcome");

    State _state;

    /// <summary>Counts a try, as the histogram's count.</summary>
    public static void Count(WebhookOutcome outcome) =>
        Duration.Record(outcome.Duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", LabelOf(outcome)));

    /// <summary>Adds the gauges to the factory's meter, which ends with the host.</summary>
    public void AddGauges(IMeterFactory meters)
    {
        var meter = meters.Create(ServiceDefaultsExtensions.TelemetryName);
        meter.CreateObservableGauge(
            "paymentflow.webhooks.due", () => _state.Due, "{delivery}", "Deliveries of enabled endpoints that are due");
        meter.CreateObservableGauge(
            "paymentflow.webhooks.age", () => _state.AgeSeconds, "s", "For how long the oldest of them has been due");
        meter.CreateObservableGauge(
            "paymentflow.webhooks.disabled", () => _state.Disabled, "{endpoint}", "Endpoints that were disabled because they failed");
        meter.CreateObservableGauge(
            "paymentflow.webhooks.failing", () => _state.Failing, "{endpoint}", "Enabled endpoints whose last tries failed");
    }

    /// <summary>Reads the values of the gauges.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            SELECT coalesce(sum(due.count) FILTER (WHERE e.enabled), 0)::bigint,
                coalesce(extract(epoch FROM now() - min(due.oldest) FILTER (WHERE e.enabled)), 0)::double precision,
                count(*) FILTER (WHERE e.disabled_reason IN ('gone', 'failing')),
                count(*) FILTER (WHERE e.enabled AND e.failing_since IS NOT NULL)
            FROM webhook_endpoints e CROSS JOIN LATERAL (
                SELECT count(*), min(next_at) AS oldest FROM webhook_deliveries d
                WHERE d.endpoint_id = e.id AND d.state = 'pending' AND d.next_at <= now()) due
            """);
        _state = await command.FirstOrDefaultAsync(
            row => new State(row.GetInt64(0), row.GetDouble(1), row.GetInt64(2), row.GetInt64(3)), cancellationToken);
    }

    static string LabelOf(WebhookOutcome outcome) => outcome switch
    {
        { IsSuccess: true } => "delivered",
        { Status: { } status } => $"{status / 100}xx",
        _ => outcome.Error ?? WebhookErrors.InvalidResponse,
    };

    readonly record struct State(long Due, double AgeSeconds, long Disabled, long Failing);
}
