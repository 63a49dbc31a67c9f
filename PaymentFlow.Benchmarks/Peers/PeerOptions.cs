using System.Net;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>Which of its settings a peer uses: the defaults, or what its documentation advises for Kafka.</summary>
enum PeerTuning
{
    Defaults,

    /// <summary>Each event is handled on its own.</summary>
    Latency,

    /// <summary>Events are handled in batches.</summary>
    Throughput,
}

/// <summary>The arguments of a peer's process, and the host that its services share.</summary>
sealed record PeerOptions(string Postgres, string Kafka, string Topic, string Stripe, PeerTuning Tuning, Options Arguments)
{
    public bool Tuned => Tuning != PeerTuning.Defaults;

    public static PeerOptions Parse(string[] args)
    {
        var options = Options.Parse(args, new Dictionary<string, string>
        {
            ["postgres"] = "",
            ["kafka"] = "",
            ["topic"] = "",
            ["stripe"] = "",
            ["tuning"] = nameof(PeerTuning.Defaults),
            // Empty: the client's default.
            ["fetch-wait-ms"] = "",
            ["session-ms"] = "",
            ["heartbeat-ms"] = "",
        });
        return new(
            options["postgres"], options["kafka"], options["topic"], options["stripe"], Enum.Parse<PeerTuning>(options["tuning"]), options);
    }

    /// <summary>The settings that the broker needs, as for the app and the twin.</summary>
    public void ApplyTo(ConsumerConfig consumer)
    {
        if (Arguments["fetch-wait-ms"].Length > 0) consumer.FetchWaitMaxMs = Arguments.Number("fetch-wait-ms");
        if (Arguments["session-ms"].Length > 0) consumer.SessionTimeoutMs = Arguments.Number("session-ms");
        if (Arguments["heartbeat-ms"].Length > 0) consumer.HeartbeatIntervalMs = Arguments.Number("heartbeat-ms");
    }

    /// <summary>Warnings go to standard error, and the same kinds of telemetry as the app's go to the same collector.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter("Wolverine*", "Npgsql")
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing.AddSource("Wolverine", "Npgsql")
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation());
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }) telemetry.UseOtlpExporter();
        return builder;
    }
}
