using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PaymentFlow.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>The host defaults of every PaymentFlow service. An API also calls <c>AddApiDefaults</c>.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>The name of our own ActivitySource and Meter, in every service.</summary>
    public const string TelemetryName = "PaymentFlow";

    // Aspire's Confluent.Kafka integration uses this name for its ActivitySource and its Meter.
    const string KafkaTelemetryName = "OpenTelemetry.Instrumentation.ConfluentKafka";
    const string LiveTag = "live";

    /// <summary>
    /// Adds telemetry, health checks, service discovery, resilient HTTP clients and <see cref="TimeProvider"/>.
    /// </summary>
    /// <remarks>
    /// Telemetry contains no secrets. The instrumentations record no request headers (<c>Authorization</c>,
    /// <c>Sec-WebSocket-Protocol</c>, cookies) and redact query values. Npgsql records no parameter values.
    /// </remarks>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        AddTelemetry(builder);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.AddDraining();
        builder.AddKnownProxies();
        builder.AddResponseHeaders();
        builder.AddRequestedHost();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddResilientServiceDiscovery();
            // One connection pool for the life of the process. Connections are renewed, so that a changed DNS address takes effect.
            http.UseSocketsHttpHandler((handler, _) =>
            {
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                handler.ConnectTimeout = TimeSpan.FromSeconds(3);
            });
            http.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        });
        return builder;
    }

    /// <summary>
    /// <c>/health</c> runs every check: the service is ready. Degraded answers 200, because the service still serves. The body names
    /// the unhealthy checks without their errors. <c>/alive</c> answers as long as the process runs.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync })
            .AllowAnonymous().DisableHttpMetrics().DisableRateLimiting();
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) })
            .AllowAnonymous().DisableHttpMetrics().DisableRateLimiting();
        return app;
    }

    static void AddTelemetry(IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(TelemetryName, "Npgsql", KafkaTelemetryName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing
                .AddSource(TelemetryName, "Npgsql", KafkaTelemetryName, builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation(options => options.Filter = IsNoProbe)
                .AddHttpClientInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) telemetry.UseOtlpExporter();
    }

    static bool IsNoProbe(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/alive");
}
