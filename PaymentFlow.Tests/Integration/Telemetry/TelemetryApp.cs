using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Telemetry;

/// <summary>PaymentFlow with OTLP export, and the receiver of its exports.</summary>
public sealed class TelemetryApp : IAsyncLifetime
{
    // Short, so that tests need not wait for the exporters.
    const string ExportMilliseconds = "200";

    public OtlpReceiver Received { get; private set; } = null!;

    public RunningApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Received = await OtlpReceiver.StartAsync();
        App = await TestHost.StartAsync(environment: new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Received.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = ExportMilliseconds,
            ["OTEL_BLRP_SCHEDULE_DELAY"] = ExportMilliseconds,
            ["OTEL_METRIC_EXPORT_INTERVAL"] = ExportMilliseconds,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await TestHost.StopAsync(App);
        await Received.DisposeAsync();
    }
}
